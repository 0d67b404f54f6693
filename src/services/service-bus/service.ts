// Survives a crash: namespaces, entities, rules, messages, locks, sessions. A process that starts gives back what
// one that died had locked, so that work goes on at once and no delivery is counted for it.
import type { Clock } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import { isJsonObject, objectMember, parseJson, stringMember } from '../../base/json.ts'
import type { Startable } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import type { Store } from '../../store/store.ts'
import { Arrivals } from './arrivals.ts'
import { DeadLetterWatch } from './dead-letter-watch.ts'
import type { MessageSource } from './entities.ts'
import { Namespace } from './namespace.ts'
import type { NamespaceDefinition } from './namespace.ts'
import { Sweeper } from './sweeper.ts'

const collection = 'servicebus/namespaces'

export interface ServiceBusOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  /** Names this run of the program: locks of any other run are given back at start. */
  readonly owner: string
}

/** Azure Service Bus: https://learn.microsoft.com/en-us/azure/service-bus-messaging/ */
export class ServiceBus implements Startable {
  readonly #options: ServiceBusOptions
  readonly #arrivals: Arrivals
  readonly #sweeper: Sweeper
  readonly #deadLetterWatch: DeadLetterWatch
  readonly #namespaces = new Map<string, Namespace>()

  constructor(options: ServiceBusOptions) {
    this.#options = options
    this.#arrivals = new Arrivals(options)
    this.#sweeper = new Sweeper({ ...options, sources: () => this.#activeSources() })
    this.#deadLetterWatch = new DeadLetterWatch({
      ...options,
      sources: () => this.#deadLetterSources(),
    })
  }

  async start(): Promise<void> {
    const { store, owner, logger } = this.#options
    await store.write([{ kind: 'owner.release', owner, except: true }])
    this.#arrivals.start()
    for await (const page of store.scan({ collection })) {
      for (const document of page) await this.#open(document.partition, document.body)
    }
    this.#sweeper.start()
    this.#deadLetterWatch.start()
    logger.info({ namespaces: this.#namespaces.size }, 'Service Bus started')
  }

  async stop(): Promise<void> {
    for (const namespace of this.#namespaces.values()) await namespace.stop()
    await this.#sweeper.stop()
    this.#arrivals.stop()
    await this.#deadLetterWatch.stop()
  }

  /** The namespace of a name, in any case. */
  namespace(name: string): Namespace | undefined {
    return this.#namespaces.get(name.toLowerCase())
  }

  namespaces(): readonly Namespace[] {
    return [...this.#namespaces.values()]
  }

  /** Creates a namespace with its `RootManageSharedAccessKey`, or changes an existing one. */
  async createNamespace(name: string, options: NamespaceDefinition = {}): Promise<Namespace> {
    const id = name.toLowerCase()
    const { tier = 'Standard', properties = {}, resourceId = '' } = options
    const existing = this.#namespaces.get(id)
    const body = JSON.stringify({ name: existing?.name ?? name, tier, properties, resourceId })
    await this.#options.store.write([
      { kind: 'document.put', collection, partition: id, id, body, etag: newUuid() },
    ])
    if (!existing) return this.#open(id, body)
    existing.define({ tier, properties, resourceId })
    return existing
  }

  /** Deletes a namespace with everything in it; false when there is none. */
  async deleteNamespace(name: string): Promise<boolean> {
    const id = name.toLowerCase()
    const namespace = this.#namespaces.get(id)
    if (!namespace) return false
    await namespace.stop()
    await namespace.deleteEverything()
    await this.#options.store.write([{ kind: 'document.delete', collection, partition: id, id }])
    this.#namespaces.delete(id)
    return true
  }

  *#activeSources(): Iterable<MessageSource> {
    for (const namespace of this.#namespaces.values()) {
      for (const entity of namespace.list()) {
        yield entity.kind === 'topic' ? entity.inbox : entity.sources.active
      }
    }
  }

  *#deadLetterSources(): Iterable<MessageSource & { readonly path: string }> {
    for (const namespace of this.#namespaces.values()) {
      for (const entity of namespace.list()) {
        if (entity.kind === 'topic') continue
        const { path, sources } = entity
        yield { ...sources.deadLetter, path }
        yield { ...sources.transferDeadLetter, path }
      }
    }
  }

  async #open(id: string, body: string): Promise<Namespace> {
    const { store, clock, logger, telemetry, owner } = this.#options
    const stored = parseJson(body)
    const definition = isJsonObject(stored) ? stored : {}
    const name = stringMember(definition, 'name') ?? id
    const namespace = new Namespace({
      store,
      clock,
      logger,
      telemetry,
      arrivals: this.#arrivals,
      deadLetterWatch: this.#deadLetterWatch,
      owner,
      name,
    })
    namespace.define({
      tier: tiers.find((tier) => tier === definition['tier']) ?? 'Standard',
      properties: objectMember(definition, 'properties'),
      resourceId: stringMember(definition, 'resourceId') ?? '',
    })
    await namespace.start()
    // Here and not where it is created, so that a crash between the two leaves no namespace without a key.
    await namespace.authorizationRules.ensure(rootKeyName, ['Listen', 'Manage', 'Send'])
    this.#namespaces.set(id, namespace)
    return namespace
  }
}

const rootKeyName = 'RootManageSharedAccessKey'
const tiers = ['Basic', 'Standard', 'Premium'] as const
