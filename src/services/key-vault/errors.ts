import { ServiceError } from '../../base/errors.ts'

/**
 * The faults a caller of Key Vault can cause; `details.innererror` is the finer code that Azure adds.
 * https://learn.microsoft.com/azure/key-vault/general/rest-error-codes
 */

export function tokenMissing(): ServiceError {
  return new ServiceError(
    'Unauthorized',
    401,
    'AKV10000: Request is missing a Bearer or PoP token.',
  )
}

export function tokenInvalid(reason: string, cause: unknown): ServiceError {
  return new ServiceError('Unauthorized', 401, reason, { cause })
}

/** The caller has no role assignment that allows the action. */
export function forbiddenByRole(request: {
  readonly caller: string
  readonly action: string
  readonly resourceId: string
  readonly vault: string
}): ServiceError {
  const { caller, action, resourceId, vault } = request
  const lines = [
    'Caller is not authorized to perform action on resource.',
    'If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
    `Caller: ${caller}`,
    `Action: '${action}'`,
    `Resource: '${resourceId.toLowerCase()}'`,
    'Assignment: (not found)',
    'DenyAssignmentId: null',
    "DecisionReason: 'DeniedWithNoValidRBAC' ",
    `Vault: ${vault}`,
    '',
  ]
  return forbidden(lines.join('\r\n'), 'ForbiddenByRbac')
}

/** The caller has no access policy with the permission. */
export function forbiddenByPolicy(request: {
  readonly caller: string
  readonly permission: string
  readonly vault: string
}): ServiceError {
  const { caller, permission, vault } = request
  const message = `The user, group or application '${caller}' does not have secrets ${permission} permission on key vault '${vault}'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287`
  return forbidden(message, 'ForbiddenByPolicy')
}

export function secretDisabled(): ServiceError {
  return forbidden('Operation get is not allowed on a disabled secret.', 'SecretDisabled')
}

export function purgeProtected(): ServiceError {
  const message = 'Operation "purge" is not allowed because purge protection is enabled.'
  return forbidden(message, 'ForbiddenByPurgeProtection')
}

export function vaultNotFound(name: string): ServiceError {
  return new ServiceError('VaultNotFound', 404, `The vault '${name}' was not found.`)
}

export function secretNotFound(name: string): ServiceError {
  const message = `A secret with (name/id) ${name} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`
  return new ServiceError('SecretNotFound', 404, message)
}

export function deletedSecretNotFound(name: string): ServiceError {
  return new ServiceError('SecretNotFound', 404, `Deleted Secret not found: ${name}`)
}

export function secretIsDeleted(name: string): ServiceError {
  const message = `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`
  return new ServiceError('Conflict', 409, message, {
    details: { innererror: { code: 'ObjectIsDeletedButRecoverable' } },
  })
}

export function secretIsBusy(name: string): ServiceError {
  const message = `There was a conflict updating the secret ${name}. Please try again.`
  return new ServiceError('Conflict', 409, message)
}

export function apiVersionMissing(): ServiceError {
  return badParameter('api-version must be specified')
}

export function apiVersionUnknown(version: string, latest: string): ServiceError {
  const message = `The specified version (${version}) is not recognized. Consider using the latest supported version (${latest}).`
  return badParameter(message)
}

export function nameInvalid(name: string): ServiceError {
  return badParameter(`The request URI contains an invalid name: ${name}`)
}

export function badParameter(message: string): ServiceError {
  return new ServiceError('BadParameter', 400, message)
}

/** What a template says of a vault that cannot be. */
export function vaultInvalid(message: string): ServiceError {
  return new ServiceError('BadRequest', 400, message)
}

/** What Azure has and this vault has not; a client must not take silence for success. */
export function notSupported(what: string): ServiceError {
  return new ServiceError('NotSupported', 501, `${what} are not supported: a vault holds secrets.`)
}

export function addressNotFound(): ServiceError {
  return new ServiceError('NotFound', 404, 'The requested address does not exist.')
}

export function methodNotAllowed(method: string): ServiceError {
  const message = `The HTTP method ${method} is not allowed at this address.`
  return new ServiceError('MethodNotAllowed', 405, message)
}

/** A setting or a named value refers to a secret in words that nobody can follow. */
export function referenceInvalid(reason: string): ServiceError {
  return new ServiceError('InvalidSyntax', 400, reason)
}

/** What refers to a secret acts for itself and has no identity to do so. */
export function identityMissing(resource: string): ServiceError {
  const message = `'${resource}' has no managed identity that could read the secret.`
  return new ServiceError('MSINotEnabled', 403, message)
}

function forbidden(message: string, inner: string): ServiceError {
  return new ServiceError('Forbidden', 403, message, { details: { innererror: { code: inner } } })
}
