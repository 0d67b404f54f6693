import type { JsonObject } from '../../base/json.ts'
import type { ResourceProvider } from '../../engines/resources/resource-provider.ts'
import type { User } from './application.ts'
import { applicationBody, readApplicationRequest } from './application-request.ts'
import { definitionInvalid, objectNotFound } from './errors.ts'
import { firstPartyOf } from './first-party-resources.ts'
import { textOf, textsOf } from './json-reader.ts'
import { checkMembers } from './request-members.ts'
import type { EntraId } from './service.ts'
import { servicePrincipalBody, ServicePrincipals } from './service-principals.ts'
import { stableId } from './stable-id.ts'

const noRole = '00000000-0000-0000-0000-000000000000'

/**
 * The directory as resources of the Bicep extension for Microsoft Graph. Their names here are the members that tell them
 * apart, as they stand in an address. https://learn.microsoft.com/graph/templates/bicep/reference/overview
 */
export function entraIdResources(entra: EntraId): readonly ResourceProvider[] {
  return [
    applicationProvider(entra),
    servicePrincipalProvider(entra),
    roleAssignmentProvider(entra),
    permissionGrantProvider(entra),
    groupProvider(entra),
    userProvider(entra),
  ]
}

function applicationProvider({ registrations, directory, tenant }: EntraId): ResourceProvider {
  const idOf = (name: string): string => stableId(tenant.id, 'application', decoded(name))
  return {
    type: 'Microsoft.Graph/applications',
    put: async ({ properties }) => {
      const definition = readApplicationRequest(properties)
      return { properties: applicationBody(await registrations.putApplication(definition)) }
    },
    delete: ([name = '']) => directory.deleteApplication(idOf(name)),
    get: async ([name = '']) => {
      const application = directory.application(idOf(name))
      return application && { properties: applicationBody(application) }
    },
  }
}

function servicePrincipalProvider(entra: EntraId): ResourceProvider {
  const { registrations, directory } = entra
  const principals = new ServicePrincipals(entra)
  return {
    type: 'Microsoft.Graph/servicePrincipals',
    put: async ({ properties }) => {
      checkMembers('servicePrincipals', properties, servicePrincipalMembers)
      const appId = textOf(properties, 'appId')
      // Microsoft's own are in every tenant already.
      if (!firstPartyOf(appId)) {
        const appRoleAssignmentRequired = properties['appRoleAssignmentRequired'] === true
        await registrations.putServicePrincipal(appId, { appRoleAssignmentRequired })
      }
      return { properties: servicePrincipalBody(principals.require(appId)) }
    },
    delete: ([name = '']) => directory.deleteServicePrincipal(decoded(name).toLowerCase()),
    get: async ([name = '']) => {
      const found = principals.find(decoded(name))
      return found && { properties: servicePrincipalBody(found) }
    },
  }
}

const servicePrincipalMembers = {
  used: ['appId', 'appRoleAssignmentRequired'],
  // What people see of an application elsewhere.
  unused: [
    'accountEnabled',
    'alternativeNames',
    'description',
    'displayName',
    'homepage',
    'info',
    'loginUrl',
    'logoutUrl',
    'notes',
    'notificationEmailAddresses',
    'owners',
    'preferredSingleSignOnMode',
    'servicePrincipalNames',
    'servicePrincipalType',
    'tags',
  ],
}

/** https://learn.microsoft.com/graph/templates/bicep/reference/approleassignedto */
function roleAssignmentProvider(entra: EntraId): ResourceProvider {
  const { directory } = entra
  const principals = new ServicePrincipals(entra)
  return {
    type: 'Microsoft.Graph/appRoleAssignedTo',
    put: async ({ id, properties }) => {
      checkMembers('appRoleAssignedTo', properties, roleAssignmentMembers)
      const resource = principals.requireById(textOf(properties, 'resourceId'))
      const principalId = textOf(properties, 'principalId').toLowerCase()
      const appRoleId = textOf(properties, 'appRoleId').toLowerCase()
      const role = resource.appRoles.find((each) => each.id.toLowerCase() === appRoleId)
      if (!role && appRoleId !== noRole) {
        throw definitionInvalid('Permission being assigned was not found on application.')
      }
      await directory.putAssignment({
        principalId,
        resourceAppId: resource.appId,
        appRoleId: role?.id ?? noRole,
        value: role?.value ?? '',
      })
      const { displayName: resourceDisplayName } = resource
      return { properties: { ...properties, id: stableId(id), resourceDisplayName } }
    },
    delete: async ([name = '']) => {
      const [resourceId = '', principalId = '', appRoleId = ''] = name.split(',').map(decoded)
      const resourceAppId = principals.findById(resourceId)?.appId ?? ''
      await directory.deleteAssignment({
        resourceAppId,
        principalId: principalId.toLowerCase(),
        appRoleId,
      })
    },
  }
}

const roleAssignmentMembers = {
  used: ['appRoleId', 'principalId', 'resourceId'],
  unused: ['principalDisplayName', 'principalType', 'resourceDisplayName'],
}

/** Consent is taken as given here, so that a grant is only checked: https://learn.microsoft.com/graph/templates/bicep/reference/oauth2permissiongrants */
function permissionGrantProvider(entra: EntraId): ResourceProvider {
  const principals = new ServicePrincipals(entra)
  return {
    type: 'Microsoft.Graph/oauth2PermissionGrants',
    put: async ({ id, properties }) => {
      checkMembers('oauth2PermissionGrants', properties, permissionGrantMembers)
      const resource = principals.requireById(textOf(properties, 'resourceId'))
      for (const scope of textOf(properties, 'scope').split(' ')) {
        const isKnown = resource.scopes.some(({ value }) => value === scope)
        if (scope === '' || isKnown || !resource.isRegistered) continue
        throw definitionInvalid(`'${resource.displayName}' has no delegated permission '${scope}'.`)
      }
      return { properties: { ...properties, id: stableId(id) } }
    },
    delete: async () => {},
  }
}

const permissionGrantMembers = {
  used: ['clientId', 'consentType', 'principalId', 'resourceId', 'scope'],
  unused: [],
}

/** https://learn.microsoft.com/graph/templates/bicep/reference/groups */
function groupProvider({ directory, tenant }: EntraId): ResourceProvider {
  const idOf = (uniqueName: string): string => stableId(tenant.id, 'group', uniqueName)
  return {
    type: 'Microsoft.Graph/groups',
    put: async ({ properties }) => {
      checkMembers('groups', properties, groupMembers)
      const [uniqueName, displayName] = [
        textOf(properties, 'uniqueName'),
        textOf(properties, 'displayName'),
      ]
      const objectId = idOf(uniqueName)
      const memberIds = relatedIds(properties['members'])
      await directory.putGroup({ objectId, uniqueName, displayName, memberIds })
      return { properties: { ...properties, id: objectId } }
    },
    delete: ([name = '']) => directory.deleteGroup(idOf(decoded(name))),
  }
}

const groupMembers = {
  used: ['uniqueName', 'displayName', 'members'],
  unused: [
    'description',
    'mailEnabled',
    'mailNickname',
    'owners',
    'securityEnabled',
    'groupTypes',
    'visibility',
  ],
}

/** `members: { relationships: [id] }`, or in the first version of the extension `members: [id]`. */
function relatedIds(members: JsonObject[string] | undefined): readonly string[] {
  const list = textsOf(
    Array.isArray(members) ? { relationships: members } : members,
    'relationships',
  )
  return list.map((each) => each.toLowerCase())
}

/** Templates only read people. One that a template names is a person of this tenant: there is nobody else who would invite them. */
function userProvider({ directory, registrations }: EntraId): ResourceProvider {
  return {
    type: 'Microsoft.Graph/users',
    put: async () => {
      throw definitionInvalid('Users cannot be deployed: declare them as "existing".')
    },
    delete: async () => {},
    get: async ([name = '']) => {
      const userPrincipalName = decoded(name)
      const known = directory.findUser(userPrincipalName)
      return {
        properties: userBody(known ?? (await registrations.registerUser({ userPrincipalName }))),
      }
    },
  }
}

function userBody({
  objectId,
  userPrincipalName,
  displayName,
  givenName,
  surname,
}: User): JsonObject {
  return {
    id: objectId,
    userPrincipalName,
    displayName,
    mail: userPrincipalName,
    ...(givenName === undefined ? {} : { givenName }),
    ...(surname === undefined ? {} : { surname }),
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch (cause) {
    throw objectNotFound(`${name}: ${String(cause)}`)
  }
}
