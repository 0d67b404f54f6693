import { ServiceError } from '../../base/errors.ts'

/**
 * The faults a caller of Entra ID can cause. The code is the `AADSTS` number, `details.error` the word of OAuth.
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
type OauthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_resource'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'interaction_required'
  | 'login_required'
  | 'access_denied'
  | 'authorization_pending'
  | 'authorization_declined'
  | 'bad_verification_code'
  | 'expired_token'

export function tenantNotFound(tenant: string): ServiceError {
  return new ServiceError(
    'AADSTS90002',
    400,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
    oauth('invalid_request'),
  )
}

export function noTenant(): ServiceError {
  return new ServiceError(
    'AADSTS50059',
    400,
    'No tenant-identifying information found in either the request or implied by any provided credentials.',
    oauth('invalid_request'),
  )
}

export function parameterMissing(name: string): ServiceError {
  return new ServiceError(
    'AADSTS900144',
    400,
    `The request body must contain the following parameter: '${name}'.`,
    oauth('invalid_request'),
  )
}

export function parameterRepeated(name: string): ServiceError {
  return new ServiceError(
    'AADSTS9000411',
    400,
    `The request is not properly formatted. The parameter '${name}' is duplicated.`,
    oauth('invalid_request'),
  )
}

export function malformedRequest(): ServiceError {
  return new ServiceError(
    'AADSTS900561',
    400,
    'The endpoint only accepts POST requests with a form-encoded body.',
    oauth('invalid_request'),
  )
}

export function invalidRequest(): ServiceError {
  return new ServiceError(
    'AADSTS9002313',
    400,
    'Invalid request. Request is malformed or invalid.',
    oauth('invalid_grant'),
  )
}

export function unsupportedGrantType(name: string): ServiceError {
  return new ServiceError(
    'AADSTS70003',
    400,
    `The app requested an unsupported grant type '${name}'.`,
    oauth('unsupported_grant_type'),
  )
}

export function unsupportedResponseType(name: string): ServiceError {
  return new ServiceError(
    'AADSTS70005',
    400,
    `response_type '${name}' is not supported for the application.`,
    oauth('unsupported_response_type'),
  )
}

export function applicationNotFound(clientId: string, directory: string): ServiceError {
  return new ServiceError(
    'AADSTS700016',
    400,
    `Application with identifier '${clientId}' was not found in the directory '${directory}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
    oauth('unauthorized_client'),
  )
}

export function credentialMissing(): ServiceError {
  return new ServiceError(
    'AADSTS7000218',
    401,
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    oauth('invalid_client'),
  )
}

export function invalidSecret(appId: string): ServiceError {
  return new ServiceError(
    'AADSTS7000215',
    401,
    `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${appId}'.`,
    oauth('invalid_client'),
  )
}

export function expiredSecret(appId: string): ServiceError {
  return new ServiceError(
    'AADSTS7000222',
    401,
    `The provided client secret keys for app '${appId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`,
    oauth('invalid_client'),
  )
}

export function invalidAssertion(reason: string): ServiceError {
  return new ServiceError('AADSTS50027', 401, `JWT token is invalid or malformed. ${reason}`, {
    ...oauth('invalid_client'),
  })
}

export function assertionKeyUnknown(appId: string): ServiceError {
  return new ServiceError(
    'AADSTS700027',
    401,
    `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${appId}'.]`,
    oauth('invalid_client'),
  )
}

export function assertionExpired(): ServiceError {
  return new ServiceError(
    'AADSTS700024',
    401,
    'Client assertion is not within its valid time range.',
    oauth('invalid_client'),
  )
}

export function assertionAudience(): ServiceError {
  return new ServiceError(
    'AADSTS700023',
    401,
    'Client assertion audience claim does not match Realm issuer.',
    oauth('invalid_client'),
  )
}

export function assertionSubject(): ServiceError {
  return new ServiceError(
    'AADSTS700021',
    401,
    'Client assertion application identifier does not match the client_id parameter.',
    oauth('invalid_client'),
  )
}

export function scopeNotDefault(scope: string): ServiceError {
  return new ServiceError(
    'AADSTS1002012',
    400,
    `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    oauth('invalid_scope'),
  )
}

export function invalidScope(scope: string): ServiceError {
  return new ServiceError(
    'AADSTS70011',
    400,
    `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`,
    oauth('invalid_scope'),
  )
}

export function scopesOfSeveralResources(): ServiceError {
  return new ServiceError(
    'AADSTS28000',
    400,
    'Provided value for the input parameter scope is not valid because it contains more than one resource.',
    oauth('invalid_scope'),
  )
}

export function scopeNotFound(application: string, scope: string, resource: string): ServiceError {
  return new ServiceError(
    'AADSTS650053',
    400,
    `The application '${application}' asked for scope '${scope}' that doesn't exist on the resource '${resource}'. Contact the app vendor.`,
    oauth('invalid_client'),
  )
}

export function resourceNotFound(resource: string, directory: string): ServiceError {
  return new ServiceError(
    'AADSTS500011',
    400,
    `The resource principal named ${resource} was not found in the tenant named ${directory}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
    oauth('invalid_resource'),
  )
}

export function roleRequired(application: string, resource: string): ServiceError {
  return new ServiceError(
    'AADSTS501051',
    400,
    `Application '${application}' is not assigned to a role for the application '${resource}'.`,
    oauth('invalid_grant'),
  )
}

export function userNotAssigned(application: string): ServiceError {
  return new ServiceError(
    'AADSTS50105',
    400,
    `Your administrator has configured the application '${application}' to block users unless they are specifically granted ('assigned') access to the application.`,
    oauth('invalid_grant'),
  )
}

export function redirectUriUnknown(redirectUri: string, appId: string): ServiceError {
  return new ServiceError(
    'AADSTS50011',
    400,
    `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${appId}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.`,
    oauth('invalid_request'),
  )
}

export function redirectUriChanged(): ServiceError {
  return new ServiceError(
    'AADSTS500112',
    400,
    'The reply address does not match the reply address provided when requesting Authorization code.',
    oauth('invalid_client'),
  )
}

export function codeExpired(): ServiceError {
  return new ServiceError(
    'AADSTS70008',
    400,
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
    oauth('invalid_grant'),
  )
}

export function codeRedeemed(): ServiceError {
  return new ServiceError(
    'AADSTS54005',
    400,
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
    oauth('invalid_grant'),
  )
}

export function grantOfAnotherClient(): ServiceError {
  return new ServiceError(
    'AADSTS700005',
    400,
    'Provided Authorization Code is intended to use against other tenant or application, thus rejected.',
    oauth('invalid_grant'),
  )
}

export function codeVerifierMismatch(): ServiceError {
  return new ServiceError(
    'AADSTS501481',
    400,
    'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
    oauth('invalid_grant'),
  )
}

export function codeChallengeRequired(): ServiceError {
  return new ServiceError(
    'AADSTS9002325',
    400,
    'Proof Key for Code Exchange is required for cross-origin authorization code redemption.',
    oauth('invalid_request'),
  )
}

export function codeChallengeMethod(): ServiceError {
  return new ServiceError(
    'AADSTS501491',
    400,
    'Invalid size or method of Code_Challenge parameter.',
    oauth('invalid_request'),
  )
}

export function publicClientNotAllowed(): ServiceError {
  return new ServiceError(
    'AADSTS7000218',
    401,
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    oauth('invalid_client'),
  )
}

export function authorizationPending(): ServiceError {
  return new ServiceError(
    'AADSTS70016',
    400,
    'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
    oauth('authorization_pending'),
  )
}

export function authorizationDeclined(): ServiceError {
  return new ServiceError(
    'AADSTS70018',
    400,
    'The user declined the authorization request.',
    oauth('authorization_declined'),
  )
}

export function deviceCodeUnknown(): ServiceError {
  return new ServiceError(
    'AADSTS70019',
    400,
    'The provided value for the input parameter device_code is not valid.',
    oauth('bad_verification_code'),
  )
}

export function deviceCodeExpired(): ServiceError {
  return new ServiceError(
    'AADSTS70020',
    400,
    "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
    oauth('expired_token'),
  )
}

export function userAssertionInvalid(): ServiceError {
  return new ServiceError(
    'AADSTS50013',
    400,
    'Assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value.]',
    oauth('invalid_grant'),
  )
}

export function userAssertionExpired(): ServiceError {
  return new ServiceError(
    'AADSTS500133',
    400,
    'Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token.',
    oauth('invalid_grant'),
  )
}

export function userAssertionAudience(audience: string, appId: string): ServiceError {
  return new ServiceError(
    'AADSTS500131',
    400,
    `Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was '${audience}' and the expected audience is '${appId}' or one of the Application Uris of this application with App ID '${appId}'.`,
    oauth('invalid_grant'),
  )
}

export function userAssertionOfApplication(): ServiceError {
  return new ServiceError(
    'AADSTS7000114',
    400,
    'Application is not allowed to make application on-behalf-of calls.',
    oauth('invalid_grant'),
  )
}

export function signInRequired(): ServiceError {
  return new ServiceError(
    'AADSTS50058',
    400,
    'A silent sign-in request was sent but no user is signed in.',
    oauth('login_required'),
  )
}

export function signInDeclined(): ServiceError {
  return new ServiceError('AADSTS65004', 400, 'User declined to consent to access the app.', {
    ...oauth('access_denied'),
  })
}

export function signInExpired(): ServiceError {
  return new ServiceError(
    'AADSTS70043',
    400,
    'The sign-in page has expired. Start the sign-in again.',
    oauth('invalid_request'),
  )
}

export function invalidPassword(): ServiceError {
  return new ServiceError(
    'AADSTS50126',
    400,
    'Error validating credentials due to invalid username or password.',
    oauth('invalid_grant'),
  )
}

export function userNotFound(): ServiceError {
  return new ServiceError(
    'AADSTS50034',
    400,
    'The user account does not exist in the directory. To sign into this application, the account must be added to the directory.',
    oauth('invalid_grant'),
  )
}

export function operationNotFound(): ServiceError {
  return new ServiceError('AADSTS900144', 404, 'The requested address was not found.', {
    ...oauth('invalid_request'),
  })
}

/** What a definition of an application, a user or an identity gets wrong; Microsoft Graph's code. */
export function definitionInvalid(message: string): ServiceError {
  return new ServiceError('Request_BadRequest', 400, message)
}

export function objectNotFound(kind: string, id: string): ServiceError {
  return new ServiceError(
    'Request_ResourceNotFound',
    404,
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present. (${kind})`,
  )
}

export function managedIdentityNotFound(): ServiceError {
  return new ServiceError(
    'IdentityNotFound',
    400,
    'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
  )
}

export function identityHeaderInvalid(): ServiceError {
  return new ServiceError(
    'Unauthorized',
    401,
    'The request does not have the X-IDENTITY-HEADER of a running application.',
  )
}

export function identityRequestInvalid(message: string): ServiceError {
  return new ServiceError('BadRequest', 400, message)
}

function oauth(error: OauthError): { details: { error: string } } {
  return { details: { error } }
}
