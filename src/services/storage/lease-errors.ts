import { ServiceError } from '../../base/errors.ts'

/** What leases refuse: https://learn.microsoft.com/rest/api/storageservices/lease-blob */

export function leaseAlreadyPresent(): ServiceError {
  return new ServiceError('LeaseAlreadyPresent', 409, 'There is already a lease present.')
}

export function leaseIdMismatch(): ServiceError {
  return new ServiceError(
    'LeaseIdMismatchWithLeaseOperation',
    409,
    'The lease ID specified did not match the lease ID for the resource with the specified lease operation.',
  )
}

export function leaseNotPresent(): ServiceError {
  return new ServiceError(
    'LeaseNotPresentWithLeaseOperation',
    409,
    'There is currently no lease on the resource.',
  )
}

export function leaseIsBreaking(action: 'acquired' | 'changed'): ServiceError {
  return action === 'acquired' ? breakingNotAcquired() : breakingNotChanged()
}

function breakingNotAcquired(): ServiceError {
  return new ServiceError(
    'LeaseIsBreakingAndCannotBeAcquired',
    409,
    'The lease ID matched, but the lease is currently in breaking state and cannot be acquired until it is broken.',
  )
}

function breakingNotChanged(): ServiceError {
  return new ServiceError(
    'LeaseIsBreakingAndCannotBeChanged',
    409,
    'The lease ID matched, but the lease is currently in breaking state and cannot be changed.',
  )
}

export function leaseIsBroken(): ServiceError {
  return new ServiceError(
    'LeaseIsBrokenAndCannotBeRenewed',
    409,
    'The lease ID matched, but the lease has been broken explicitly and cannot be renewed.',
  )
}

export function leaseIdMissing(noun: 'blob' | 'container'): ServiceError {
  return new ServiceError(
    'LeaseIdMissing',
    412,
    `There is currently a lease on the ${noun} and no lease ID was specified in the request.`,
  )
}

export function leaseMismatch(noun: 'blob' | 'container'): ServiceError {
  const message = `The lease ID specified did not match the lease ID for the ${noun}.`
  return noun === 'blob'
    ? new ServiceError('LeaseIdMismatchWithBlobOperation', 412, message)
    : new ServiceError('LeaseIdMismatchWithContainerOperation', 412, message)
}

export function leaseNotOn(noun: 'blob' | 'container'): ServiceError {
  const message = `There is currently no lease on the ${noun}.`
  return noun === 'blob'
    ? new ServiceError('LeaseNotPresentWithBlobOperation', 412, message)
    : new ServiceError('LeaseNotPresentWithContainerOperation', 412, message)
}

export function leaseLost(noun: 'blob' | 'container'): ServiceError {
  return new ServiceError(
    'LeaseLost',
    412,
    `A lease ID was specified, but the lease for the ${noun} has expired.`,
  )
}
