// Nothing here survives a crash but what the entities and the counters of quotas keep.
import { stringMember } from '../../base/json.ts'
import { apiOf, rootName } from './api.ts'
import { type Backend, backendOf } from './backend.ts'
import { certificateOf } from './certificate.ts'
import { ApiContracts } from './contract/api-contracts.ts'
import type { EntityHolder } from './entity-kind.ts'
import { type Entity, type EntityChange, pathOf } from './entity-tree.ts'
import { BackendPools } from './gateway/backend-pool.ts'
import type { TrustedAuthority } from './gateway/certificate-chain.ts'
import { Configuration } from './gateway/configuration.ts'
import { ConnectionTokens } from './gateway/connection-tokens.ts'
import type { GatewayParts, GatewayUser } from './gateway/gateway-parts.ts'
import { QuotaCounters } from './gateway/quota-counters.ts'
import { RateWindows } from './gateway/rate-windows.ts'
import type { TokenCheck } from './gateway/token-check.ts'
import type { TraceTable } from './gateway/trace-table.ts'
import { ValueCache } from './gateway/value-cache.ts'
import { isExpression, valueOf } from './named-value.ts'
import { NamedValueLeases } from './named-value-lease.ts'
import { NamedValues } from './named-values.ts'
import { exampleOf } from './operation.ts'
import { replacePlaceholders } from './placeholders.ts'
import { policyScopes } from './policy.ts'
import { PolicyLibrary } from './policy-library.ts'
import type { ApiManagementParts } from './service-parts.ts'
import { subscriptionOf } from './subscription.ts'

/** What a realm needs of its service. */
export interface RealmParts {
  readonly service: string
  /** Nothing for the service itself. */
  readonly workspace: () => { readonly id: string; readonly name: string } | undefined
  readonly region: () => string
  /** Whose certificates callers may show: they are the service's, also for a workspace. */
  readonly authorities: () => readonly TrustedAuthority[]
  readonly traces: TraceTable
  readonly tokens: TokenCheck
  /** Values that must not be told, of the whole service. */
  readonly secrets: () => readonly string[]
  readonly parts: ApiManagementParts
}

/** A service, or a workspace in it: what its APIs and its policies are made of, and nothing of another. */
export class Realm {
  readonly library: PolicyLibrary
  readonly quotas: QuotaCounters
  readonly parts: GatewayParts
  readonly #holder: EntityHolder
  readonly #realmParts: RealmParts
  readonly #namedValues = new NamedValues()

  constructor(holder: EntityHolder, parts: RealmParts) {
    const { service } = parts
    const workspace = parts.workspace()?.id
    const { store, clock } = parts.parts
    this.#holder = holder
    this.#realmParts = parts
    this.library = new PolicyLibrary(holder, this.#namedValues, {
      rootScope: workspace === undefined ? 'global' : 'workspace',
      sinks: {
        hasEventHubs: parts.parts.eventHubs !== undefined,
        hasServiceBus: parts.parts.serviceBus !== undefined,
      },
    })
    const name = workspace === undefined ? service : `${service}/${workspace}`
    this.quotas = new QuotaCounters({ store, clock, service: name })
    this.parts = this.#gatewayParts()
  }

  /** Takes over the named values that the store holds. */
  adopt(): void {
    this.#namedValues.adopt(this.#holder.list('namedValues'))
  }

  /** Values that must not be told. */
  secrets(): readonly string[] {
    const keys = this.#holder.list('subscriptions').map(subscriptionOf)
    return [
      ...this.#namedValues.secretValues(),
      ...keys.flatMap(({ primaryKey, secondaryKey }) => [primaryKey, secondaryKey]),
    ]
  }

  /** What it serves now; that of a workspace is within that of the service. */
  newConfiguration(outer?: Configuration): Configuration {
    return new Configuration(this.#holder, {
      documents: this.library,
      namedValueId: (displayName) => this.#namedValues.idOf(displayName),
      parts: this.parts,
      ...(outer ? { outer } : {}),
    })
  }

  /** Takes over what was changed; true when what it serves is another now. */
  changed(changes: readonly EntityChange[]): boolean {
    let isOther = changes.some(({ kind }) => kind !== 'namedValues')
    // A named value that changes changes nothing else, unless it is part of a compiled document.
    if (changes.some(({ kind }) => kind === 'namedValues')) {
      this.adopt()
      const isCode = changes.some(({ entity }) => entity && isExpression(valueOf(entity) ?? ''))
      if (isCode) this.library.forgetAll()
      if (this.library.forgetBaked() || isCode) isOther = true
    }
    for (const change of changes) {
      if (change.kind in policyScopes) this.library.forget(pathOf(change.kind, change.names))
      if (change.kind === 'policyFragments') this.library.forgetAll()
    }
    return isOther
  }

  #gatewayParts(): GatewayParts {
    const { service, workspace, traces, tokens, secrets, region, authorities } = this.#realmParts
    const { parts } = this.#realmParts
    const { clock, telemetry, outgoing } = parts
    const holder = this.#holder
    const find = (kind: string, id: string): Entity | undefined => holder.get(kind, [id])
    const backend = (id: string): Backend | undefined => {
      const entity = find('backends', id)
      return entity && backendOf(entity, (text) => this.#filled(text))
    }
    return {
      service: {
        name: service,
        get region() {
          return region()
        },
      },
      workspace,
      entity: (kind, names) => holder.get(kind, names),
      entities: (kind, below) => holder.list(kind, below),
      eventHubs: parts.eventHubs,
      serviceBus: parts.serviceBus,
      connections: new ConnectionTokens({ clock, outgoing }),
      clock,
      telemetry,
      outgoing,
      leases: new NamedValueLeases(clock),
      quotas: this.quotas,
      rates: new RateWindows(clock),
      traces,
      secrets,
      cache: new ValueCache(clock),
      tokens,
      contracts: new ApiContracts(holder),
      namedValue: (name) => this.#namedValues.find(name) ?? '',
      backend,
      pools: new BackendPools({ clock, find: backend }),
      authorities,
      certificates: () => holder.list('certificates').map(certificateOf),
      groupsOf: (product) =>
        this.#groups(holder.list('products/groups', [product]).map(({ names }) => names[1] ?? '')),
      apisOf: (product) =>
        holder
          .list('products/apis', [product])
          .map(({ names }) => find('apis', rootName(names[1] ?? '')))
          .filter((each) => each !== undefined)
          .map(apiOf),
      exampleOf: (api, operation, wanted) => {
        const entity = holder.get('apis/operations', [api, operation])
        return entity && exampleOf(entity, wanted)
      },
      user: (id) => this.#user(find('users', id)),
      managedIdentityToken: (request) => parts.managedIdentityToken({ service, ...request }),
      log: (call, message) =>
        telemetry.log({
          context: call.trace,
          source: `${service}/${call.api.id}`,
          timeMs: clock.now(),
          level: 'information',
          message,
        }),
    }
  }

  #filled(text: string): string {
    return replacePlaceholders(text, (name) => this.#namedValues.find(name))
  }

  #user(entity: Entity | undefined): GatewayUser | undefined {
    if (!entity) return undefined
    const { properties, names } = entity
    const [id = ''] = names
    const groups = this.#holder
      .list('groups/users')
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
      name: stringMember(this.#holder.get('groups', [id])?.properties, 'displayName') ?? id,
    }))
  }
}
