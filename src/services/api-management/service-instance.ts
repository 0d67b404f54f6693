// What survives a crash: the entities. Compiled documents, keys and routes are made of them anew.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { messageOf } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { stringMember } from '../../base/json.ts'
import { type Backend, backendOf } from './backend.ts'
import { apiOf, rootName } from './api.ts'
import type { EntityKind, EntityWriter } from './entity-kind.ts'
import { findKind } from './entity-kinds.ts'
import { type Entity, type EntityChange, EntityTree, pathOf } from './entity-tree.ts'
import { entityNotFound, kindNotSupported } from './errors.ts'
import { BackendPools } from './gateway/backend-pool.ts'
import { Configuration } from './gateway/configuration.ts'
import { Gateway } from './gateway/gateway.ts'
import type { GatewayParts, GatewayUser } from './gateway/gateway-parts.ts'
import { QuotaCounters, collectionOf } from './gateway/quota-counters.ts'
import { RateWindows } from './gateway/rate-windows.ts'
import { TokenCheck } from './gateway/token-check.ts'
import { TraceTable } from './gateway/trace-table.ts'
import { ValueCache } from './gateway/value-cache.ts'
import { builtInGroups } from './group.ts'
import { NamedValueLeases } from './named-value-lease.ts'
import { NamedValues } from './named-values.ts'
import { isExpression, valueOf } from './named-value.ts'
import { certificateOf } from './certificate.ts'
import { readDefinition } from './api-definition.ts'
import { parseOpenApi } from './open-api.ts'
import { exampleOf } from './operation.ts'
import { PolicyLibrary } from './policy-library.ts'
import { replacePlaceholders } from './placeholders.ts'
import { policyScopes } from './policy.ts'
import { PropertyReader } from './property-reader.ts'
import { newKey, subscriptionOf } from './subscription.ts'
import type { ApiManagementParts } from './service-parts.ts'
import { type VaultReader, vaultReferenceOf, withVaultFault } from './vault-reference.ts'

/** One API Management service: https://learn.microsoft.com/azure/api-management/api-management-key-concepts */
export class ServiceInstance implements EntityWriter {
  readonly name: string
  readonly quotas: QuotaCounters
  readonly traces: TraceTable
  readonly #parts: ApiManagementParts
  readonly #tree: EntityTree
  readonly #namedValues = new NamedValues()
  readonly #library: PolicyLibrary
  readonly #gateway: Gateway
  #configuration: Configuration | undefined
  #resource: JsonObject

  constructor(name: string, resource: JsonObject, parts: ApiManagementParts) {
    this.name = name
    this.#resource = resource
    this.#parts = parts
    this.quotas = new QuotaCounters({ store: parts.store, clock: parts.clock, service: name })
    this.traces = new TraceTable(parts.clock)
    this.#tree = new EntityTree({
      store: parts.store,
      service: name,
      onChange: (changes) => this.#changed(changes),
    })
    this.#library = new PolicyLibrary(this.#tree, this.#namedValues)
    this.#gateway = new Gateway({
      parts: this.#gatewayParts(),
      logger: parts.logger,
      host: this.host,
      configuration: () => this.configuration,
    })
  }

  /** `contoso.azure-api.net` */
  get host(): string {
    return `${this.name.toLowerCase()}.azure-api.net`
  }

  /** The body of its resource as it was put. */
  get resource(): JsonObject {
    return this.#resource
  }

  adopt(resource: JsonObject): void {
    this.#resource = resource
  }

  /** Reads the entities that the store holds. */
  async load(): Promise<void> {
    await this.#tree.load()
    this.#namedValues.adopt(this.#tree.list('namedValues'))
  }

  /** What is in every service from its beginning. */
  async furnish(): Promise<void> {
    for (const [id, displayName] of builtInGroups) {
      const properties = { displayName, builtIn: true, type: 'system', description: '' }
      await this.#furnish('groups', [id], properties)
    }
    await this.#furnish('subscriptions', ['master'], {
      displayName: 'Built-in all-access subscription',
      scope: '/',
      state: 'active',
      allowTracing: true,
      primaryKey: newKey(),
      secondaryKey: newKey(),
    })
  }

  async remove(): Promise<void> {
    await this.#tree.clear()
    await this.#parts.store.write([{ kind: 'counter.drop', collection: collectionOf(this.name) }])
  }

  get configuration(): Configuration {
    this.#configuration ??= new Configuration(this, {
      documents: this.#library,
      namedValueId: (displayName) => this.#namedValues.idOf(displayName),
    })
    return this.#configuration
  }

  get(kind: string, names: readonly string[]): Entity | undefined {
    return this.#tree.get(kind, names)
  }

  list(kind: string, below: readonly string[] = []): readonly Entity[] {
    return this.#tree.list(kind, below)
  }

  checkPolicy(text: string, at: { kind: string; names: readonly string[] }): void {
    this.#library.check(text, at)
  }

  /** Creates or replaces an entity; what holds it must exist. */
  async put(
    entity: { kind: string; names: readonly string[]; properties: JsonObject },
    options: { ifMatch?: string } = {},
  ): Promise<Entity> {
    const { kind, names, properties } = entity
    const definition = this.#kindOf(kind)
    this.#checkHolder(definition, names)
    if (definition.kind === 'apis' && 'format' in properties) return this.#import(entity, options)
    const old = this.get(kind, names)
    const fields = new PropertyReader(properties)
    const request = { holder: this, names, properties, fields, ...(old ? { old } : {}) }
    const accepted = definition.accept(request)
    const prepared = await (definition.prepare?.(accepted, this.#vaultReader()) ?? accepted)
    const kept = await this.#tree.put(
      { kind: definition.kind, names: old?.names ?? names, properties: prepared },
      options,
    )
    await definition.settle?.(this, kept)
    return kept
  }

  /** Changes some properties of an entity; a property that is null is taken away. */
  async patch(
    entity: { kind: string; names: readonly string[]; properties: JsonObject },
    options: { ifMatch?: string } = {},
  ): Promise<Entity> {
    const definition = this.#kindOf(entity.kind)
    const old = this.get(entity.kind, entity.names)
    if (!old) throw entityNotFound(definition.label)
    const merged = { ...old.properties, ...entity.properties }
    return this.put({ ...entity, properties: merged }, options)
  }

  async delete(
    kind: string,
    names: readonly string[],
    options: { ifMatch?: string; always?: boolean } = {},
  ): Promise<boolean> {
    const definition = this.#kindOf(kind)
    const entity = this.get(kind, names)
    if (!entity) return false
    if (!options.always) definition.release?.(this, entity)
    return this.#tree.delete(kind, names, options)
  }

  /** Reads again what an entity refers to; throws what the vault answers, and keeps what it gave before. */
  async refreshSecret({ kind, names, properties, etag }: Entity): Promise<Entity> {
    // What somebody changes or deletes meanwhile stays as they want it.
    const options = { ifMatch: etag }
    try {
      const read = await findKind(kind)?.prepare?.(properties, this.#vaultReader())
      return await this.#tree.put({ kind, names, properties: read ?? properties }, options)
    } catch (error) {
      const failed = withVaultFault(properties, error, this.#parts.clock.now())
      await this.#tree.put({ kind, names, properties: failed }, options)
      throw error
    }
  }

  /** Reads again every secret that is in a vault; one that cannot be read keeps its last value. */
  async refreshSecrets(): Promise<void> {
    for (const kind of vaultKinds) {
      for (const entity of this.list(kind)) {
        if (!vaultReferenceOf(entity.properties)) continue
        try {
          await this.refreshSecret(entity)
        } catch (error) {
          const ids = { service: this.name, [kind]: entity.names[0] ?? '' }
          this.#parts.logger.warn(ids, `a secret could not be read: ${messageOf(error)}`)
        }
      }
    }
  }

  /** A call to the gateway of this service. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    return this.#gateway.handle(request, response)
  }

  /** A WebSocket handshake that came to the gateway of this service. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    return this.#gateway.upgrade(request, socket, head)
  }

  // An API with a definition: its operations are those of the definition, and no others.
  async #import(
    entity: { names: readonly string[]; properties: JsonObject },
    options: { ifMatch?: string },
  ): Promise<Entity> {
    const { format, value, ...properties } = entity.properties
    const { names } = entity
    const text = await readDefinition({ format, value }, this.#parts.outgoing)
    const { displayName, serviceUrl, operations } = parseOpenApi(text)
    const api = await this.put(
      {
        kind: 'apis',
        names,
        properties: {
          ...(displayName === undefined ? {} : { displayName }),
          ...(serviceUrl === undefined ? {} : { serviceUrl }),
          ...properties,
        },
      },
      options,
    )
    const kept = new Set(operations.map(({ id }) => id.toLowerCase()))
    for (const old of this.list('apis/operations', names)) {
      if (!kept.has(old.names[1]?.toLowerCase() ?? '')) await this.delete(old.kind, old.names)
    }
    for (const { id, properties: own } of operations) {
      await this.put({ kind: 'apis/operations', names: [...names, id], properties: own })
    }
    return api
  }

  #kindOf(kind: string): EntityKind {
    const definition = findKind(kind)
    if (!definition) throw kindNotSupported(kind)
    return definition
  }

  #checkHolder(definition: EntityKind, names: readonly string[]): void {
    const at = definition.kind.lastIndexOf('/')
    if (at < 0) return
    const holder = this.#kindOf(definition.kind.slice(0, at))
    if (!this.get(holder.kind, names.slice(0, -1))) throw entityNotFound(holder.label)
  }

  async #furnish(kind: string, names: readonly string[], properties: JsonObject): Promise<void> {
    if (!this.get(kind, names)) await this.#tree.put({ kind, names, properties })
  }

  #vaultReader(): VaultReader {
    const { clock, readSecret } = this.#parts
    return { service: this.name, nowMs: clock.now(), read: readSecret }
  }

  // A named value that changes changes nothing else, unless it is part of a compiled document.
  #changed(changes: readonly EntityChange[]): void {
    const isNamedValue = changes.every(({ kind }) => kind === 'namedValues')
    if (changes.some(({ kind }) => kind === 'namedValues')) {
      this.#namedValues.adopt(this.#tree.list('namedValues'))
      const isCode = changes.some(({ entity }) => entity && isExpression(valueOf(entity) ?? ''))
      if (isCode) this.#library.forgetAll()
      if (this.#library.forgetBaked() || isCode) this.#configuration = undefined
    }
    if (isNamedValue) return
    for (const change of changes) {
      if (change.kind in policyScopes) this.#library.forget(pathOf(change.kind, change.names))
      if (change.kind === 'policyFragments') this.#library.forgetAll()
    }
    this.#configuration = undefined
  }

  #gatewayParts(): GatewayParts {
    const { clock, telemetry, outgoing } = this.#parts
    const find = (kind: string, id: string): Entity | undefined => this.get(kind, [id])
    const backend = (id: string): Backend | undefined => {
      const entity = find('backends', id)
      return entity && backendOf(entity, (text) => this.#filled(text))
    }
    return {
      service: { name: this.name, region: stringMember(this.#resource, 'location') ?? 'local' },
      clock,
      telemetry,
      outgoing,
      leases: new NamedValueLeases(clock),
      quotas: this.quotas,
      rates: new RateWindows(clock),
      traces: this.traces,
      secrets: () => this.#secrets(),
      cache: new ValueCache(clock),
      tokens: new TokenCheck({ clock, outgoing }),
      namedValue: (name) => this.#namedValues.find(name) ?? '',
      backend,
      pools: new BackendPools({ clock, find: backend }),
      certificates: () => this.list('certificates').map(certificateOf),
      groupsOf: (product) =>
        this.#groups(this.list('products/groups', [product]).map(({ names }) => names[1] ?? '')),
      apisOf: (product) =>
        this.list('products/apis', [product])
          .map(({ names }) => find('apis', rootName(names[1] ?? '')))
          .filter((each) => each !== undefined)
          .map(apiOf),
      exampleOf: (api, operation, wanted) => {
        const entity = this.get('apis/operations', [api, operation])
        return entity && exampleOf(entity, wanted)
      },
      user: (id) => this.#user(find('users', id)),
      managedIdentityToken: (request) =>
        this.#parts.managedIdentityToken({ service: this.name, ...request }),
      log: (call, message) =>
        telemetry.log({
          context: call.trace,
          source: `${this.name}/${call.api.id}`,
          timeMs: clock.now(),
          level: 'information',
          message,
        }),
    }
  }

  #filled(text: string): string {
    return replacePlaceholders(text, (name) => this.#namedValues.find(name))
  }

  #secrets(): readonly string[] {
    const keys = this.list('subscriptions').map(subscriptionOf)
    return [
      ...this.#namedValues.secretValues(),
      ...keys.flatMap(({ primaryKey, secondaryKey }) => [primaryKey, secondaryKey]),
    ]
  }

  #user(entity: Entity | undefined): GatewayUser | undefined {
    if (!entity) return undefined
    const { properties, names } = entity
    const [id = ''] = names
    const groups = this.list('groups/users')
      .filter((each) => each.names[1] === id)
      .map((each) => each.names[0] ?? '')
    const email = stringMember(properties, 'email') ?? null
    return {
      id,
      firstName: stringMember(properties, 'firstName') ?? null,
      lastName: stringMember(properties, 'lastName') ?? null,
      email,
      note: stringMember(properties, 'note') ?? null,
      registrationDateMs: Date.parse(stringMember(properties, 'registrationDate') ?? '') || 0,
      groups: this.#groups(['developers', ...groups]),
      identities: email === null ? [] : [{ id: email, provider: 'Basic' }],
    }
  }

  #groups(ids: readonly string[]): readonly { id: string; name: string }[] {
    return ids.map((id) => ({
      id,
      name: stringMember(this.get('groups', [id])?.properties, 'displayName') ?? id,
    }))
  }
}

/** The kinds that may refer to a secret of a vault. */
const vaultKinds = ['namedValues', 'certificates'] as const
