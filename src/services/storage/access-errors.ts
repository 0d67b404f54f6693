import { ServiceError } from '../../base/errors.ts'

/** Why somebody is not let in: https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes */

export function authenticationFailed(detail: string): ServiceError {
  return new ServiceError(
    'AuthenticationFailed',
    403,
    'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
    { details: { AuthenticationErrorDetail: detail } },
  )
}

/** No sign of who calls where somebody must; the answer says who gives tokens. */
export function noAuthentication(): ServiceError {
  return new ServiceError(
    'NoAuthenticationInformation',
    401,
    'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
  )
}

export function tokenInvalid(detail: string, cause?: unknown): ServiceError {
  return new ServiceError(
    'InvalidAuthenticationInfo',
    401,
    'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
    { details: { AuthenticationErrorDetail: detail }, cause },
  )
}

export function permissionMismatch(): ServiceError {
  return new ServiceError(
    'AuthorizationPermissionMismatch',
    403,
    'This request is not authorized to perform this operation using this permission.',
  )
}

export function resourceTypeMismatch(): ServiceError {
  return new ServiceError(
    'AuthorizationResourceTypeMismatch',
    403,
    'This request is not authorized to perform this operation using this resource type.',
  )
}

export function serviceMismatch(): ServiceError {
  return new ServiceError(
    'AuthorizationServiceMismatch',
    403,
    'This request is not authorized to perform this operation using this service.',
  )
}

export function protocolMismatch(): ServiceError {
  return new ServiceError(
    'AuthorizationProtocolMismatch',
    403,
    'This request is not authorized to perform this operation using this protocol.',
  )
}

export function sourceIpMismatch(): ServiceError {
  return new ServiceError(
    'AuthorizationSourceIPMismatch',
    403,
    'This request is not authorized to perform this operation using this source IP {0}.',
  )
}

export function sharedKeyNotPermitted(): ServiceError {
  return new ServiceError(
    'KeyBasedAuthenticationNotPermitted',
    403,
    'Key based authentication is not permitted on this storage account.',
  )
}

export function publicAccessNotPermitted(): ServiceError {
  return new ServiceError(
    'PublicAccessNotPermitted',
    409,
    'Public access is not permitted on this storage account.',
  )
}

export function corsDenied(): ServiceError {
  return new ServiceError(
    'CorsPreflightFailure',
    403,
    'CORS not enabled or no matching rule found for this request.',
  )
}
