import type { JsonObject } from '../../base/json.ts'
import type { Directory } from './directory.ts'
import { objectNotFound } from './errors.ts'
import { firstParties, firstPartyOf } from './first-party-resources.ts'
import { firstPartyRoles, firstPartyScopes } from './first-party-roles.ts'
import { stableId } from './stable-id.ts'
import type { Tenant } from './tenant.ts'

/** An application as templates see it in the tenant: a registration, or a service of Microsoft. */
export interface KnownPrincipal {
  readonly id: string
  readonly appId: string
  readonly displayName: string
  readonly appRoles: readonly { readonly id: string; readonly value: string }[]
  /** Its delegated permissions; of Microsoft's services not all. */
  readonly scopes: readonly { readonly id: string; readonly value: string }[]
  readonly isRegistered: boolean
}

/** Finds service principals, those of Microsoft's services among them. */
export class ServicePrincipals {
  readonly #directory: Directory
  readonly #tenant: Tenant

  constructor(options: { directory: Directory; tenant: Tenant }) {
    this.#directory = options.directory
    this.#tenant = options.tenant
  }

  find(appId: string): KnownPrincipal | undefined {
    const service = firstPartyOf(appId)
    if (service) {
      return {
        id: stableId(this.#tenant.id, 'service principal', service.appId),
        appId: service.appId,
        displayName: service.displayName,
        appRoles: firstPartyRoles(service.appId),
        scopes: firstPartyScopes(service.appId),
        isRegistered: false,
      }
    }
    const principal = this.#directory.servicePrincipal(appId)
    const application = principal && this.#directory.application(appId)
    if (!application) return undefined
    return {
      id: principal.objectId,
      appId: application.appId,
      displayName: principal.displayName,
      appRoles: application.appRoles,
      scopes: application.scopes,
      isRegistered: true,
    }
  }

  require(appId: string): KnownPrincipal {
    const found = this.find(appId)
    if (!found) throw objectNotFound(appId)
    return found
  }

  findById(objectId: string): KnownPrincipal | undefined {
    const registered = this.#directory.servicePrincipals().map(({ appId }) => appId)
    const all = [...registered, ...firstParties().map(({ appId }) => appId)]
    return all
      .map((appId) => this.find(appId))
      .find((each) => each?.id.toLowerCase() === objectId.toLowerCase())
  }

  requireById(objectId: string): KnownPrincipal {
    const found = this.findById(objectId)
    if (!found) throw objectNotFound(objectId)
    return found
  }
}

/** What a template reads of a service principal. */
export function servicePrincipalBody(principal: KnownPrincipal): JsonObject {
  const { id, appId, displayName, appRoles, scopes } = principal
  return {
    id,
    appId,
    displayName,
    servicePrincipalType: 'Application',
    appRoles: appRoles.map((role) => ({ id: role.id, value: role.value })),
    oauth2PermissionScopes: scopes.map((scope) => ({ id: scope.id, value: scope.value })),
  }
}
