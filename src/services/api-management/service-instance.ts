// What survives a crash: the entities. Compiled documents, keys and routes are made of them anew.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { messageOf } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { stringMember } from '../../base/json.ts'
import { authoritiesOf } from './certificate-authority.ts'
import type { EntityKind, EntityWriter } from './entity-kind.ts'
import { findKind } from './entity-kinds.ts'
import { type Entity, type EntityChange, EntityTree } from './entity-tree.ts'
import { entityNotFound, kindNotSupported } from './errors.ts'
import type { TrustedAuthority } from './gateway/certificate-chain.ts'
import { Configuration } from './gateway/configuration.ts'
import { Gateway } from './gateway/gateway.ts'
import type { QuotaCounters } from './gateway/quota-counters.ts'
import { TokenCheck } from './gateway/token-check.ts'
import { TraceTable } from './gateway/trace-table.ts'
import { builtInGroups } from './group.ts'
import { readDefinition } from './api-definition.ts'
import { importedSchemaId } from './open-api-schemas.ts'
import { parseOpenApi } from './open-api.ts'
import { PropertyReader } from './property-reader.ts'
import { Realm, type RealmParts } from './realm.ts'
import { newKey } from './subscription.ts'
import type { ApiManagementParts } from './service-parts.ts'
import { type VaultReader, vaultReferenceOf, withVaultFault } from './vault-reference.ts'
import { WorkspaceHolder, insideWorkspace, workspaceOf } from './workspace.ts'

/** One API Management service: https://learn.microsoft.com/azure/api-management/api-management-key-concepts */
export class ServiceInstance implements EntityWriter {
  readonly name: string
  readonly traces: TraceTable
  readonly #parts: ApiManagementParts
  readonly #tree: EntityTree
  readonly #tokens: TokenCheck
  readonly #realm: Realm
  /** By their ids in lower case. */
  readonly #workspaces = new Map<string, Realm>()
  readonly #gateway: Gateway
  #configuration: Configuration | undefined
  #resource: JsonObject
  #authorities: { resource: JsonObject; list: readonly TrustedAuthority[] } | undefined

  constructor(name: string, resource: JsonObject, parts: ApiManagementParts) {
    this.name = name
    this.#resource = resource
    this.#parts = parts
    this.traces = new TraceTable(parts.clock)
    this.#tree = new EntityTree({
      store: parts.store,
      service: name,
      onChange: (changes) => this.#changed(changes),
    })
    this.#tokens = new TokenCheck(parts)
    this.#realm = new Realm(
      this,
      this.#realmParts(() => undefined),
    )
    this.#gateway = new Gateway({
      parts: this.#realm.parts,
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
    for (const each of [this.#realm, ...this.#allWorkspaces()]) each.adopt()
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
    for (const each of [this.#realm, ...this.#workspaces.values()]) await each.quotas.drop()
  }

  get configuration(): Configuration {
    this.#configuration ??= this.#newConfiguration()
    return this.#configuration
  }

  get quotas(): QuotaCounters {
    return this.#realm.quotas
  }

  get(kind: string, names: readonly string[]): Entity | undefined {
    return this.#tree.get(kind, names)
  }

  list(kind: string, below: readonly string[] = []): readonly Entity[] {
    return this.#tree.list(kind, below)
  }

  checkPolicy(text: string, at: { kind: string; names: readonly string[] }): void {
    const workspace = workspaceOf(at)
    if (workspace === undefined) this.#realm.library.check(text, at)
    else this.#workspace(workspace).library.check(text, insideWorkspace(at))
  }

  /** Creates or replaces an entity; what holds it must exist. */
  async put(
    entity: { kind: string; names: readonly string[]; properties: JsonObject },
    options: { ifMatch?: string } = {},
  ): Promise<Entity> {
    const { kind, names, properties } = entity
    const definition = this.#kindOf(kind)
    this.#checkHolder(definition, names)
    const isApi = definition.kind === 'apis' || definition.kind === 'workspaces/apis'
    if (isApi && 'format' in properties)
      return this.#import({ ...entity, kind: definition.kind }, options)
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
          const ids = { service: this.name, [kind]: entity.names.join('/') }
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
    entity: { kind: string; names: readonly string[]; properties: JsonObject },
    options: { ifMatch?: string },
  ): Promise<Entity> {
    const { format, value, ...properties } = entity.properties
    const { kind, names } = entity
    const text = await readDefinition({ format, value }, this.#parts.outgoing)
    const { displayName, serviceUrl, operations, schemas } = parseOpenApi(text)
    const api = await this.put(
      {
        kind,
        names,
        properties: {
          ...(displayName === undefined ? {} : { displayName }),
          ...(serviceUrl === undefined ? {} : { serviceUrl }),
          ...properties,
        },
      },
      options,
    )
    const schema = { kind: `${kind}/schemas`, names: [...names, importedSchemaId] }
    if (schemas) await this.put({ ...schema, properties: schemas })
    else await this.delete(schema.kind, schema.names)
    const kept = new Set(operations.map(({ id }) => id.toLowerCase()))
    for (const old of this.list(`${kind}/operations`, names)) {
      if (!kept.has(old.names[1]?.toLowerCase() ?? '')) await this.delete(old.kind, old.names)
    }
    for (const { id, properties: own } of operations) {
      await this.put({ kind: `${kind}/operations`, names: [...names, id], properties: own })
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

  #newConfiguration(): Configuration {
    const service = this.#realm.newConfiguration()
    const inner = this.#allWorkspaces().map((each) => each.newConfiguration(service))
    return service.withWorkspaces(inner)
  }

  #allWorkspaces(): readonly Realm[] {
    return this.list('workspaces').map(({ names: [id = ''] }) => this.#workspace(id))
  }

  #vaultReader(): VaultReader {
    const { clock, readSecret } = this.#parts
    return { service: this.name, nowMs: clock.now(), read: readSecret }
  }

  #changed(changes: readonly EntityChange[]): void {
    let isOther = false
    for (const change of changes) {
      const workspace = workspaceOf(change)
      const realm = workspace === undefined ? this.#realm : this.#workspace(workspace)
      const own = workspace === undefined ? change : insideWorkspace(change)
      isOther = realm.changed([own]) || isOther
    }
    for (const { kind, names, entity } of changes) {
      if (kind === 'workspaces' && !entity) this.#workspaces.delete(names[0]?.toLowerCase() ?? '')
    }
    if (isOther) this.#configuration = undefined
  }

  #workspace(id: string): Realm {
    const known = this.#workspaces.get(id.toLowerCase())
    if (known) return known
    const workspace = () => {
      const properties = this.get('workspaces', [id])?.properties
      return { id, name: stringMember(properties, 'displayName') ?? id }
    }
    const made = new Realm(new WorkspaceHolder(this, id), this.#realmParts(workspace))
    this.#workspaces.set(id.toLowerCase(), made)
    return made
  }

  #trusted(): readonly TrustedAuthority[] {
    if (this.#authorities?.resource !== this.#resource) {
      this.#authorities = { resource: this.#resource, list: authoritiesOf(this.#resource) }
    }
    return this.#authorities.list
  }

  #realmParts(workspace: RealmParts['workspace']): RealmParts {
    return {
      service: this.name,
      workspace,
      region: () => stringMember(this.#resource, 'location') ?? 'local',
      authorities: () => this.#trusted(),
      traces: this.traces,
      tokens: this.#tokens,
      secrets: () => [this.#realm, ...this.#workspaces.values()].flatMap((each) => each.secrets()),
      parts: this.#parts,
    }
  }
}

/** The kinds that may refer to a secret of a vault. */
const vaultKinds = [
  'namedValues',
  'certificates',
  'workspaces/namedValues',
  'workspaces/certificates',
] as const
