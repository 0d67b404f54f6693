import { ServiceError } from '../../base/errors.ts'

/**
 * The faults a caller of Entra ID can cause. The code is the `AADSTS` number, `details.error` the word of OAuth.
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */

export function tenantNotFound(tenant: string): ServiceError {
  const message = `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`
  return badRequest('AADSTS90002', 'invalid_request', message)
}

export function tenantInvalid(tenant: string): ServiceError {
  const message = `Specified tenant identifier '${tenant}' is neither a valid DNS name, nor a valid external domain.`
  return badRequest('AADSTS900023', 'invalid_request', message)
}

export function noTenant(): ServiceError {
  const message =
    'No tenant-identifying information found in either the request or implied by any provided credentials.'
  return badRequest('AADSTS50059', 'invalid_request', message)
}

export function addressNotFound(): ServiceError {
  const message = 'The requested address does not exist.'
  return new ServiceError('AADSTS90001', 404, message, { details: { error: 'not_found' } })
}

export function methodNotAllowed(method: string): ServiceError {
  const message = `The endpoint only accepts ${method} requests.`
  return badRequest('AADSTS900561', 'invalid_request', message)
}

export function formExpected(): ServiceError {
  const message = 'Request body must be of the type application/x-www-form-urlencoded.'
  return badRequest('AADSTS9000411', 'invalid_request', message)
}

export function parameterMissing(name: string): ServiceError {
  const message = `The request body must contain the following parameter: '${name}'.`
  return badRequest('AADSTS900144', 'invalid_request', message)
}

export function parameterRepeated(name: string): ServiceError {
  const message = `The request is not properly formatted. The parameter '${name}' is duplicated.`
  return badRequest('AADSTS9000411', 'invalid_request', message)
}

export function unsupportedGrantType(name: string): ServiceError {
  const message = `The app requested an unsupported grant type '${name}'.`
  return badRequest('AADSTS70003', 'unsupported_grant_type', message)
}

export function unsupportedResponseType(name: string): ServiceError {
  const message = `response_type '${name}' is not enabled for the application.`
  return badRequest('AADSTS700054', 'unsupported_response_type', message)
}

export function unsupportedResponseMode(name: string): ServiceError {
  const message = `The provided value for the input parameter 'response_mode' is not valid: '${name}'.`
  return badRequest('AADSTS900971', 'invalid_request', message)
}

export function applicationNotFound(clientId: string, directory: string): ServiceError {
  const message = `Application with identifier '${clientId}' was not found in the directory '${directory}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`
  return badRequest('AADSTS700016', 'unauthorized_client', message)
}

export function clientCredentialMissing(): ServiceError {
  const message =
    "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."
  return unauthorized('AADSTS7000216', message)
}

export function credentialMissing(): ServiceError {
  const message =
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
  return unauthorized('AADSTS7000218', message)
}

export function credentialOfPublicClient(): ServiceError {
  const message =
    "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."
  return unauthorized('AADSTS700025', message)
}

export function invalidSecret(appId: string): ServiceError {
  const message = `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${appId}'.`
  return unauthorized('AADSTS7000215', message)
}

export function expiredSecret(appId: string): ServiceError {
  const message = `The provided client secret keys for app '${appId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`
  return unauthorized('AADSTS7000222', message)
}

export function assertionMalformed(reason: string): ServiceError {
  return unauthorized('AADSTS50027', `JWT token is invalid or malformed. ${reason}`)
}

export function assertionKeyUnknown(appId: string): ServiceError {
  const message = `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${appId}'.]`
  return unauthorized('AADSTS700027', message)
}

export function assertionExpired(): ServiceError {
  return unauthorized('AADSTS700024', 'Client assertion is not within its valid time range.')
}

export function assertionAudience(): ServiceError {
  const message = 'Client assertion audience claim does not match Realm issuer.'
  return unauthorized('AADSTS700023', message)
}

export function assertionSubject(): ServiceError {
  const message = 'Client assertion application identifier does not match the client_id parameter.'
  return unauthorized('AADSTS700021', message)
}

export function scopeNotDefault(scope: string): ServiceError {
  const message = `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`
  return badRequest('AADSTS1002012', 'invalid_scope', message)
}

export function invalidScope(scope: string): ServiceError {
  const message = `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`
  return badRequest('AADSTS70011', 'invalid_scope', message)
}

export function scopesOfSeveralResources(): ServiceError {
  const message =
    'Provided value for the input parameter scope is not valid because it contains more than one resource.'
  return badRequest('AADSTS28000', 'invalid_scope', message)
}

export function scopeNotFound(application: string, scope: string, resource: string): ServiceError {
  const message = `The application '${application}' asked for scope '${scope}' that doesn't exist on the resource '${resource}'. Contact the app vendor.`
  return badRequest('AADSTS650053', 'invalid_client', message)
}

export function resourceNotFound(resource: string, directory: string): ServiceError {
  const message = `The resource principal named ${resource} was not found in the tenant named ${directory}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`
  return badRequest('AADSTS500011', 'invalid_resource', message)
}

export function roleRequired(application: string, resource: string): ServiceError {
  const message = `Application '${application}' is not assigned to a role for the application '${resource}'.`
  return badRequest('AADSTS501051', 'invalid_grant', message)
}

export function userNotAssigned(application: string): ServiceError {
  const message = `Your administrator has configured the application '${application}' to block users unless they are specifically granted ('assigned') access to the application.`
  return badRequest('AADSTS50105', 'interaction_required', message)
}

export function redirectUriUnknown(redirectUri: string, appId: string): ServiceError {
  const message = `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${appId}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.`
  return badRequest('AADSTS50011', 'invalid_request', message)
}

export function redirectUriMissing(appId: string): ServiceError {
  const message = `No reply address is registered for the application '${appId}'.`
  return badRequest('AADSTS500113', 'invalid_request', message)
}

export function redirectUriChanged(): ServiceError {
  const message =
    'The reply address does not match the reply address provided when requesting Authorization code.'
  return badRequest('AADSTS500112', 'invalid_client', message)
}

export function grantMalformed(): ServiceError {
  const message = 'Invalid request. Request is malformed or invalid.'
  return badRequest('AADSTS9002313', 'invalid_grant', message)
}

export function grantExpired(): ServiceError {
  const message =
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.'
  return badRequest('AADSTS70008', 'invalid_grant', message)
}

export function codeRedeemed(): ServiceError {
  const message =
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.'
  return badRequest('AADSTS54005', 'invalid_grant', message)
}

export function grantOfAnotherClient(): ServiceError {
  const message =
    'Provided Authorization Code is intended to use against other tenant or application, thus rejected.'
  return badRequest('AADSTS700005', 'invalid_grant', message)
}

export function codeVerifierMismatch(): ServiceError {
  const message =
    'The Code_Verifier does not match the code_challenge supplied in the authorization request.'
  return badRequest('AADSTS501481', 'invalid_grant', message)
}

export function codeChallengeInvalid(): ServiceError {
  return badRequest('AADSTS501491', 'invalid_request', 'Invalid Code_Challenge parameter.')
}

export function codeChallengeRequired(): ServiceError {
  const message =
    'Proof Key for Code Exchange is required for cross-origin authorization code redemption.'
  return badRequest('AADSTS9002325', 'invalid_request', message)
}

export function authorizationPending(): ServiceError {
  const message = 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.'
  return badRequest('AADSTS70016', 'authorization_pending', message)
}

export function authorizationDeclined(): ServiceError {
  const message = 'OAuth 2.0 device flow error. The user declined the request.'
  return badRequest('AADSTS70018', 'authorization_declined', message)
}

export function deviceCodeUnknown(): ServiceError {
  const message = "The provided value for the input parameter 'device_code' is not valid."
  return badRequest('AADSTS70019', 'bad_verification_code', message)
}

export function deviceCodeExpired(): ServiceError {
  const message =
    "The provided value for the input parameter 'device_code' is not valid. This device code has expired."
  return badRequest('AADSTS70020', 'expired_token', message)
}

export function tooManySignIns(): ServiceError {
  const message = 'Too many sign-ins wait for a person. Please try again.'
  const details = { error: 'temporarily_unavailable' }
  return new ServiceError('AADSTS90033', 503, message, { details })
}

export function userCodeUnknown(): ServiceError {
  const message = 'That code does not match, or it has expired. Enter the code that the app shows.'
  return badRequest('AADSTS90100', 'invalid_request', message)
}

export function userAssertionInvalid(): ServiceError {
  const message =
    'Assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value.]'
  return badRequest('AADSTS50013', 'invalid_grant', message)
}

export function userAssertionExpired(): ServiceError {
  const message =
    'Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token.'
  return badRequest('AADSTS500133', 'invalid_grant', message)
}

export function userAssertionAudience(audience: string, appId: string): ServiceError {
  const message = `Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was '${audience}' and the expected audience is '${appId}' or one of the Application Uris of this application with App ID '${appId}'.`
  return badRequest('AADSTS500131', 'invalid_grant', message)
}

export function userAssertionOfApplication(appId: string): ServiceError {
  const message = `Application '${appId}' is not allowed to make application on-behalf-of calls.`
  return badRequest('AADSTS7000114', 'invalid_grant', message)
}

export function tokenUseMissing(): ServiceError {
  const message = "The 'requested_token_use' of a jwt-bearer request must be 'on_behalf_of'."
  return badRequest('AADSTS900144', 'invalid_request', message)
}

export function signInRequired(): ServiceError {
  const message = 'A silent sign-in request was sent but no user is signed in.'
  return badRequest('AADSTS50058', 'login_required', message)
}

/** Several people are signed in, and the application says neither who nor that a person may be asked. */
export function signInAmbiguous(): ServiceError {
  const message =
    'Either multiple user identities are available for the current request or selected account is not supported for the scenario.'
  return badRequest('AADSTS16000', 'interaction_required', message)
}

export function promptInvalid(): ServiceError {
  const message = "The value of the input parameter 'prompt' is not valid."
  return badRequest('AADSTS90023', 'invalid_request', message)
}

/** As Microsoft Graph says it, where `userinfo` is. */
export function userInfoTokenInvalid(cause?: Error): ServiceError {
  const message = 'Access token validation failure.'
  return new ServiceError('InvalidAuthenticationToken', 401, message, { cause })
}

export function signInDeclined(): ServiceError {
  return badRequest('AADSTS65004', 'access_denied', 'User declined to consent to access the app.')
}

export function signInExpired(): ServiceError {
  const message = 'The sign-in page has expired. Start the sign-in again.'
  return badRequest('AADSTS50089', 'invalid_request', message)
}

export function invalidPassword(): ServiceError {
  const message = 'Error validating credentials due to invalid username or password.'
  return badRequest('AADSTS50126', 'invalid_grant', message)
}

export function userNotFound(): ServiceError {
  const message =
    'The user account does not exist in the directory. To sign into this application, the account must be added to the directory.'
  return badRequest('AADSTS50034', 'invalid_grant', message)
}

/** What the local address of managed identities answers: https://learn.microsoft.com/azure/app-service/overview-managed-identity */
export function managedIdentityNotFound(): ServiceError {
  const message =
    'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.'
  return new ServiceError('ManagedIdentityNotFound', 400, message)
}

export function identityHeaderInvalid(): ServiceError {
  const message = 'The header X-IDENTITY-HEADER is not that of a running application.'
  return new ServiceError('Unauthorized', 401, message)
}

export function identityRequestInvalid(message: string): ServiceError {
  return new ServiceError('BadRequest', 400, message)
}

/** What a definition of an application, a user or an identity gets wrong; Microsoft Graph's code. */
export function servicePrincipalMissing(appId: string, tenantId: string): ServiceError {
  const message = `The client application ${appId} is missing service principal in the tenant ${tenantId}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119`
  return new ServiceError('AADSTS7000229', 401, message, {
    details: { error: 'unauthorized_client' },
  })
}

export function definitionInvalid(message: string): ServiceError {
  return new ServiceError('Request_BadRequest', 400, message)
}

export function objectNotFound(id: string): ServiceError {
  const message = `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`
  return new ServiceError('Request_ResourceNotFound', 404, message)
}

function badRequest(code: string, error: string, message: string): ServiceError {
  return new ServiceError(code, 400, message, { details: { error } })
}

function unauthorized(code: string, message: string): ServiceError {
  return new ServiceError(code, 401, message, { details: { error: 'invalid_client' } })
}
