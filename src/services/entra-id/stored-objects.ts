import { objectMember } from '../../base/json.ts'
import type { JsonValue } from '../../base/json.ts'
import type {
  AppRole,
  AppRoleAssignment,
  Application,
  Group,
  ServicePrincipal,
  User,
} from './application.ts'
import { objectsOf, textOf, textsOf } from './json-reader.ts'

/** An application as its document holds it. */
export function readApplication(value: JsonValue): Application {
  const uris = { redirectUris: objectMember(value, 'redirectUris') }
  return {
    appId: textOf(value, 'appId'),
    objectId: textOf(value, 'objectId'),
    uniqueName: textOf(value, 'uniqueName'),
    displayName: textOf(value, 'displayName'),
    identifierUris: textsOf(value, 'identifierUris'),
    tokenVersion: memberOf(value, 'tokenVersion') === 2 ? 2 : 1,
    appRoles: objectsOf(value, 'appRoles').map(readRole),
    scopes: objectsOf(value, 'scopes').map((scope) => ({
      id: textOf(scope, 'id'),
      value: textOf(scope, 'value'),
    })),
    secrets: objectsOf(value, 'secrets').map((secret) => ({
      keyId: textOf(secret, 'keyId'),
      displayName: textOf(secret, 'displayName'),
      value: textOf(secret, 'value'),
      endMs: Number(secret['endMs']),
    })),
    certificates: objectsOf(value, 'certificates').map((each) => ({
      keyId: textOf(each, 'keyId'),
      displayName: textOf(each, 'displayName'),
      certificate: textOf(each, 'certificate'),
    })),
    redirectUris: {
      web: textsOf(uris.redirectUris, 'web'),
      spa: textsOf(uris.redirectUris, 'spa'),
      publicClient: textsOf(uris.redirectUris, 'publicClient'),
    },
    isFallbackPublicClient: memberOf(value, 'isFallbackPublicClient') === true,
    requiredAccess: objectsOf(value, 'requiredAccess').map((access) => ({
      resourceAppId: textOf(access, 'resourceAppId'),
      permissionIds: textsOf(access, 'permissionIds'),
    })),
  }
}

export function readServicePrincipal(value: JsonValue): ServicePrincipal {
  return {
    objectId: textOf(value, 'objectId'),
    appId: textOf(value, 'appId'),
    displayName: textOf(value, 'displayName'),
    appRoleAssignmentRequired: memberOf(value, 'appRoleAssignmentRequired') === true,
  }
}

export function readAssignment(value: JsonValue): AppRoleAssignment {
  return {
    principalId: textOf(value, 'principalId'),
    resourceAppId: textOf(value, 'resourceAppId'),
    appRoleId: textOf(value, 'appRoleId'),
    value: textOf(value, 'value'),
  }
}

export function readGroup(value: JsonValue): Group {
  return {
    objectId: textOf(value, 'objectId'),
    uniqueName: textOf(value, 'uniqueName'),
    displayName: textOf(value, 'displayName'),
    memberIds: textsOf(value, 'memberIds'),
  }
}

export function readUser(value: JsonValue): User {
  const [givenName, surname] = [textOf(value, 'givenName'), textOf(value, 'surname')]
  const passwordHash = textOf(value, 'passwordHash')
  return {
    objectId: textOf(value, 'objectId'),
    userPrincipalName: textOf(value, 'userPrincipalName'),
    displayName: textOf(value, 'displayName'),
    ...(givenName ? { givenName } : {}),
    ...(surname ? { surname } : {}),
    ...(passwordHash ? { passwordHash } : {}),
  }
}

function readRole(role: JsonValue): AppRole {
  const members = textsOf(role, 'allowedMemberTypes')
  return {
    id: textOf(role, 'id'),
    value: textOf(role, 'value'),
    displayName: textOf(role, 'displayName'),
    allowedMemberTypes: (['Application', 'User'] as const).filter((type) => members.includes(type)),
  }
}

function memberOf(value: JsonValue, name: string): JsonValue | undefined {
  return objectMember({ value }, 'value')[name]
}
