import { type JsonObject, type JsonValue, objectMember, stringMember } from '../../base/json.ts'
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type {
  ResourceProvider,
  ResourceRequest,
} from '../../engines/resources/resource-provider.ts'
import { parseResourceId } from '../../languages/bicep/scope.ts'
import type { Store } from '../../store/store.ts'
import {
  type CheckedResource,
  type DeployOptions,
  type DeploymentResult,
  check,
  deploy,
} from './deployment.ts'
import {
  actionNotSupported,
  invalidResourceId,
  parentResourceNotFound,
  resourceGroupNotFound,
  resourceNotFound,
  resourceTypeNotSupported,
} from './errors.ts'
import { identityOf } from './identity.ts'
import { findInert } from './inert-resources.ts'
import {
  type DeploymentOrigin,
  type ResourceRecord,
  ResourceRecords,
  hashOf,
} from './resource-records.ts'
import { resourceGroupProvider } from './resource-groups.ts'

/** A resource that was put: by a template or by the management REST. */
export interface AppliedResource {
  readonly id: string
  readonly type: string
  /** False when the template said the same as the last time, so that nothing was done. */
  readonly changed: boolean
  readonly request: ResourceRequest
  readonly body: JsonObject
}

/** A resource that was put or deleted. */
export interface ChangedResource {
  readonly id: string
  readonly type: string
}

/** How the platform treats a type of resource. */
export type ResourceClass = 'modelled' | 'inert' | 'unsupported'

export interface ResourceManagerOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly subscriptionId: string
  readonly tenantId: string
  /** The region of what does not name one: `westeurope`. */
  readonly location: string
  readonly subscriptionName?: string
}

/**
 * Azure Resource Manager: takes templates and single resources, and hands each to the service that it is of.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/overview
 */
export class ResourceManager {
  readonly options: ResourceManagerOptions
  readonly #records: ResourceRecords
  readonly #providers = new Map<string, ResourceProvider>()
  readonly #listeners = new Set<(changed: ChangedResource) => void>()

  constructor(options: ResourceManagerOptions) {
    this.options = options
    this.#records = new ResourceRecords(options.store)
    this.register(resourceGroupProvider)
  }

  /** Makes a type of resource modelled. */
  register(provider: ResourceProvider): void {
    this.#providers.set(provider.type.toLowerCase(), provider)
  }

  /** Calls back after each resource that was put or deleted, not for those that stayed as they were. */
  onChanged(listener: (changed: ChangedResource) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  classOf(type: string): ResourceClass {
    if (this.#providers.has(type.toLowerCase())) return 'modelled'
    return findInert(type) ? 'inert' : 'unsupported'
  }

  deployTemplate(options: DeployOptions): Promise<DeploymentResult> {
    return deploy(this, options)
  }

  /** Says of each resource of a template how the platform treats it; deploys nothing. */
  check(options: DeployOptions): Promise<readonly CheckedResource[]> {
    return check(this, options)
  }

  /** When a deployment of that name first ran, and what its GUIDs are made of; kept for the next time. */
  deploymentOrigin(name: string): Promise<DeploymentOrigin> {
    return this.#records.deploymentOrigin(name, this.options.clock.now())
  }

  /** The body of a resource, or `undefined` when there is none of that id. */
  async get(id: string): Promise<JsonObject | undefined> {
    const record = await this.#records.get(id)
    return record ? record.body : this.#existing(id)
  }

  /** The bodies of the resources, by type and resource group, in the order of their ids. */
  async list(
    filter: { type?: string; resourceGroup?: string } = {},
  ): Promise<readonly JsonObject[]> {
    const type = filter.type?.toLowerCase()
    const group = filter.resourceGroup && `/resourcegroups/${filter.resourceGroup.toLowerCase()}/`
    const records = await this.#records.list()
    return records
      .filter((each) => type === undefined || each.type.toLowerCase() === type)
      .filter((each) => !group || `${each.id.toLowerCase()}/`.includes(group))
      .map((each) => each.body)
  }

  /**
   * Creates or replaces a resource. Nothing is done when it was asked for in the same words before, so that
   * what was changed since then stays; `always` does it all the same.
   */
  async put(
    id: string,
    requested: JsonObject,
    options: { apiVersion: string; always?: boolean },
  ): Promise<AppliedResource> {
    const { apiVersion } = options
    const request = this.#requestOf(id, requested, apiVersion)
    const { type, names } = request
    const provider = this.#providers.get(type.toLowerCase())
    const inert = findInert(type)
    if (!provider && !inert) throw resourceTypeNotSupported(type)
    const hash = hashOf(requested, apiVersion)
    const old = await this.#records.get(id)
    const modelled = provider !== undefined
    if (old?.hash === hash && old.modelled === modelled && !options.always) {
      return { id: old.id, type, changed: false, request, body: old.body }
    }
    await this.#checkHolders(id)
    const answer = provider ? await provider.put(request) : undefined
    const properties = answer?.properties ?? {
      provisioningState: 'Succeeded',
      ...request.properties,
      ...inert?.(request, this.options.tenantId),
    }
    const body = this.#bodyOf(request, requested, {
      properties,
      identity: { ...request.identity, ...answer?.identity },
      sku: answer?.sku ?? request.sku,
    })
    const record: ResourceRecord = { id, type, names, apiVersion, requested, hash, modelled, body }
    await this.#records.put(record)
    this.options.logger.debug({ id, modelled }, 'resource put')
    this.#tellChanged({ id, type })
    return { id, type, changed: true, request, body }
  }

  /** Deletes a resource with everything inside it, innermost first; true when there was one. */
  async delete(id: string): Promise<boolean> {
    const prefix = `${id.toLowerCase()}/`
    const records = await this.#records.list()
    const inside = records.filter((each) => `${each.id.toLowerCase()}/`.startsWith(prefix))
    const deepestFirst = inside.toSorted((left, right) => right.id.length - left.id.length)
    for (const { type, names, id: each } of deepestFirst) {
      await this.#providers.get(type.toLowerCase())?.delete(names, each)
      await this.#records.delete([each])
      this.#tellChanged({ id: each, type })
    }
    return inside.some((each) => each.id.toLowerCase() === id.toLowerCase())
  }

  /**
   * Calls a POST action of a resource: `listKeys`. Some resources exist with the one that holds them and are
   * never put (`authorizationRules/RootManageSharedAccessKey`, `host/default`): their type's provider answers, or
   * the holder's with the path before the action's name.
   */
  async act(id: string, action: string, body: JsonObject = {}): Promise<JsonValue> {
    const parsed = parseResourceId(id)
    if (!parsed) throw invalidResourceId(id)
    const known = await this.#records.get(id)
    const { type, names } = known ?? parsed
    const segments = type.split('/')
    for (let count = names.length; count > 0; count--) {
      const provider = this.#providers.get(
        segments
          .slice(0, count + 1)
          .join('/')
          .toLowerCase(),
      )
      const inside = names
        .slice(count)
        .flatMap((name, at) => [segments[count + 1 + at] ?? '', name])
      const wanted = [...inside, action].join('/').toLowerCase()
      const actions = Object.entries(provider?.actions ?? {})
      const found = actions.find(([name]) => name.toLowerCase() === wanted)
      if (!found) continue
      if (!known) await this.#checkHolder(id)
      return found[1](names.slice(0, count), body, id)
    }
    throw known ? actionNotSupported(type, action) : resourceNotFound(id)
  }

  #tellChanged(changed: ChangedResource): void {
    for (const listener of this.#listeners) listener(changed)
  }

  async #existing(id: string): Promise<JsonObject | undefined> {
    const parsed = parseResourceId(id)
    const provider = parsed && this.#providers.get(parsed.type.toLowerCase())
    const found = parsed && (await provider?.get?.(parsed.names))
    if (!found) return undefined
    const { properties } = found
    return { id, name: parsed.names.at(-1) ?? '', type: parsed.type, properties }
  }

  async #checkHolder(id: string): Promise<void> {
    const root = rootOf(id)
    if (root === id || !(await this.#records.get(root))) throw resourceNotFound(id)
  }

  #requestOf(id: string, requested: JsonObject, apiVersion: string): ResourceRequest {
    const parsed = parseResourceId(id)
    if (!parsed) throw invalidResourceId(id)
    const location = stringMember(requested, 'location')
    const kind = stringMember(requested, 'kind')
    return {
      id,
      names: parsed.names,
      type: parsed.type,
      apiVersion,
      ...(location === undefined ? {} : { location }),
      ...(kind === undefined ? {} : { kind }),
      tags: objectMember(requested, 'tags'),
      identity: identityOf(id, objectMember(requested, 'identity'), this.options.tenantId),
      sku: objectMember(requested, 'sku'),
      properties: objectMember(requested, 'properties'),
    }
  }

  #bodyOf(
    request: ResourceRequest,
    requested: JsonObject,
    made: { properties: JsonObject; identity: JsonObject; sku: JsonObject },
  ): JsonObject {
    const { location } = request
    return {
      ...requested,
      // `West Europe` is read back as `westeurope`.
      ...(location === undefined ? {} : { location: location.toLowerCase().replaceAll(' ', '') }),
      id: request.id,
      name: request.names.at(-1) ?? '',
      type: request.type,
      apiVersion: request.apiVersion,
      ...(Object.keys(made.identity).length > 0 ? { identity: made.identity } : {}),
      ...(Object.keys(made.sku).length > 0 ? { sku: made.sku } : {}),
      properties: made.properties,
    }
  }

  // What holds it must exist: its resource group, and for a child the outermost resource of its id.
  async #checkHolders(id: string): Promise<void> {
    const group = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)(?=\/)/i.exec(id)
    if (group && !(await this.#records.get(group[0]))) {
      throw resourceGroupNotFound(group[1] ?? '')
    }
    const root = rootOf(id)
    if (root === id) return
    const { type = '' } = parseResourceId(id) ?? {}
    if (!(await this.#records.get(root))) throw parentResourceNotFound(type, root)
  }
}

// The outermost resource of an id: the namespace that a rule of a subscription of a topic is in.
function rootOf(id: string): string {
  const { scope, type, names } = parseResourceId(id) ?? {}
  const [namespace = '', first = ''] = type?.split('/') ?? []
  const [name] = names ?? []
  if (scope === undefined || name === undefined || names?.length === 1) return id
  return `${scope}/providers/${namespace}/${first}/${name}`
}
