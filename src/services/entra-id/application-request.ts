import { isJsonObject, objectMember } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { AppRole, Application, OauthScope, RequiredAccess } from './application.ts'
import { definitionInvalid } from './errors.ts'
import { objectsOf, textOf, textsOf } from './json-reader.ts'
import type { ApplicationDefinition } from './registration.ts'
import { checkMembers } from './request-members.ts'

const members = {
  used: [
    'api',
    'appRoles',
    'displayName',
    'identifierUris',
    'isFallbackPublicClient',
    'keyCredentials',
    'publicClient',
    'requiredResourceAccess',
    'signInAudience',
    'spa',
    'uniqueName',
    'web',
  ],
  // What people see of an application elsewhere, and what follows from consent, which is taken as given.
  unused: ['description', 'info', 'logo', 'notes', 'owners', 'serviceManagementReference', 'tags'],
}
const apiMembers = {
  used: ['oauth2PermissionScopes', 'requestedAccessTokenVersion'],
  unused: ['knownClientApplications', 'preAuthorizedApplications'],
}
const webMembers = {
  used: ['implicitGrantSettings', 'redirectUris'],
  unused: ['homePageUrl', 'logoutUrl', 'redirectUriSettings'],
}

/** Reads an application as a template says it: https://learn.microsoft.com/graph/templates/bicep/reference/applications */
export function readApplicationRequest(given: JsonObject): ApplicationDefinition {
  if ('passwordCredentials' in given) {
    const message =
      "'passwordCredentials' cannot be deployed: a template would hold the secret. One is made for each application here."
    throw definitionInvalid(message)
  }
  const [api, web] = [objectMember(given, 'api'), objectMember(given, 'web')]
  checkMembers('applications', given, members)
  checkMembers('applications api', api, apiMembers)
  checkMembers('applications web', web, webMembers)
  refuseImplicitGrants(objectMember(web, 'implicitGrantSettings'))
  refusePersonalAccounts(textOf(given, 'signInAudience'))
  return {
    uniqueName: textOf(given, 'uniqueName'),
    displayName: textOf(given, 'displayName'),
    identifierUris: textsOf(given, 'identifierUris'),
    tokenVersion: api['requestedAccessTokenVersion'] === 2 ? 2 : 1,
    appRoles: objectsOf(given, 'appRoles').filter(isEnabled).map(readRole),
    scopes: objectsOf(api, 'oauth2PermissionScopes').filter(isEnabled).map(readScope),
    certificates: objectsOf(given, 'keyCredentials').map(readCertificate),
    redirectUris: {
      web: textsOf(web, 'redirectUris'),
      spa: textsOf(given['spa'], 'redirectUris'),
      publicClient: textsOf(given['publicClient'], 'redirectUris'),
    },
    isFallbackPublicClient: given['isFallbackPublicClient'] === true,
    requiredAccess: objectsOf(given, 'requiredResourceAccess').map(readAccess),
  }
}

/** What a template reads of an application. */
export function applicationBody(application: Application): JsonObject {
  const { appId, objectId, uniqueName, displayName, redirectUris } = application
  return {
    id: objectId,
    appId,
    uniqueName,
    displayName,
    identifierUris: [...application.identifierUris],
    isFallbackPublicClient: application.isFallbackPublicClient,
    signInAudience: 'AzureADMyOrg',
    api: {
      requestedAccessTokenVersion: application.tokenVersion,
      oauth2PermissionScopes: application.scopes.map(({ id, value }) => ({ id, value })),
    },
    appRoles: application.appRoles.map(({ id, value, displayName: name, allowedMemberTypes }) => ({
      id,
      value,
      displayName: name,
      allowedMemberTypes: [...allowedMemberTypes],
    })),
    web: { redirectUris: [...redirectUris.web] },
    spa: { redirectUris: [...redirectUris.spa] },
    publicClient: { redirectUris: [...redirectUris.publicClient] },
    // The secrets themselves are told to nobody who reads a template.
    passwordCredentials: application.secrets.map(({ keyId, displayName: name }) => ({
      keyId,
      displayName: name,
    })),
  }
}

function refuseImplicitGrants(settings: JsonObject): void {
  const asked = Object.entries(settings).find(([, value]) => value === true)
  if (asked) throw definitionInvalid(`'web.implicitGrantSettings.${asked[0]}' is not supported.`)
}

function refusePersonalAccounts(audience: string): void {
  if (!/Personal/.test(audience)) return
  throw definitionInvalid(
    `The sign-in audience '${audience}' is not supported: no personal accounts.`,
  )
}

function isEnabled(permission: JsonObject): boolean {
  return permission['isEnabled'] !== false
}

function readRole(role: JsonObject): AppRole {
  const types = textsOf(role, 'allowedMemberTypes')
  return {
    id: idOf(role, 'appRoles'),
    value: textOf(role, 'value'),
    displayName: textOf(role, 'displayName'),
    allowedMemberTypes: (['Application', 'User'] as const).filter((type) => types.includes(type)),
  }
}

function readScope(scope: JsonObject): OauthScope {
  return { id: idOf(scope, 'api.oauth2PermissionScopes'), value: textOf(scope, 'value') }
}

function idOf(permission: JsonObject, where: string): string {
  const id = textOf(permission, 'id')
  if (/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)) return id.toLowerCase()
  throw definitionInvalid(`'${where}': the id '${id}' is not a GUID.`)
}

function readAccess(access: JsonObject): RequiredAccess {
  return {
    resourceAppId: textOf(access, 'resourceAppId').toLowerCase(),
    permissionIds: objectsOf(access, 'resourceAccess').map((each) =>
      textOf(each, 'id').toLowerCase(),
    ),
  }
}

/** `key` is the certificate in base64, as DER or as the text of its PEM. */
function readCertificate(credential: JsonValue): string {
  const key = isJsonObject(credential) ? textOf(credential, 'key') : ''
  const bytes = Buffer.from(key, 'base64')
  if (bytes.subarray(0, 10).toString('latin1') === '-----BEGIN') return bytes.toString('latin1')
  return `-----BEGIN CERTIFICATE-----\n${key.replaceAll(/\s/g, '')}\n-----END CERTIFICATE-----\n`
}
