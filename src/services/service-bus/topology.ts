// Survives a crash: every definition, a document each. The maps here are a copy of them, brought up to date
// after each commit; a send that used an older copy fails its check and is routed again.
import { newUuid } from '../../base/ids.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Clock } from '../../base/clock.ts'
import type {
  CheckDocument,
  DeleteDocument,
  DocumentKey,
  PutDocument,
  StoredDocument,
} from '../../store/documents.ts'
import type { DropQueue } from '../../store/messages.ts'
import type { Store } from '../../store/store.ts'
import { messageSources, storeQueueName } from './entities.ts'
import type { Definition, Entity, Subscription, Topic } from './entities.ts'
import {
  parseQueueProperties,
  parseSubscriptionProperties,
  parseTopicProperties,
} from './entity-properties.ts'
import { checkEntity, checkRule } from './entity-checks.ts'
import type { Tier } from './entity-checks.ts'
import { entityAlreadyExists, entityNotFound } from './errors.ts'
import { parseRule } from './rule.ts'
import type { Rule } from './rule.ts'

const collection = 'servicebus/entities'

/** What to define: the properties as the resource type names them. */
export interface NewDefinition {
  readonly kind: Definition['kind']
  readonly path: string
  readonly properties: JsonObject
}

/** The entities of one namespace. */
export class Topology {
  readonly #store: Store
  readonly #clock: Clock
  readonly #namespace: string
  readonly #tier: () => Tier
  readonly #onChange: () => void
  readonly #onDrop: (queue: string) => void
  #entities = new Map<string, Entity>()
  #lastChange: Promise<unknown> = Promise.resolve()

  constructor(options: {
    store: Store
    clock: Clock
    namespace: string
    tier: () => Tier
    /** After each change, and after what was known has been read again. */
    onChange: () => void
    /** For each queue of the store that went with its entity. */
    onDrop: (queue: string) => void
  }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#namespace = options.namespace
    this.#tier = options.tier
    this.#onChange = options.onChange
    this.#onDrop = options.onDrop
  }

  async load(): Promise<void> {
    const documents: StoredDocument[] = []
    for await (const page of this.#store.scan({ collection, partition: this.#namespace })) {
      documents.push(...page)
    }
    // A topic is written again with each of its rules, so the order of writing says nothing.
    documents.sort((a, b) => depthOf(a.id) - depthOf(b.id))
    this.#entities = new Map()
    for (const document of documents) this.#enter(parseDefinition(document))
  }

  /** Reads the definitions again, after any change that is being made. */
  async reload(): Promise<void> {
    await this.#change(() => this.load())
  }

  /** The entity of a path, in any case. */
  find(path: string): Entity | undefined {
    return this.#entities.get(path.toLowerCase())
  }

  rule(path: string): Rule | undefined {
    const { parent, name } = splitRulePath(path.toLowerCase())
    const subscription = this.#entities.get(parent)
    return subscription?.kind === 'subscription' ? subscription.rules.get(name) : undefined
  }

  entities(): IterableIterator<Entity> {
    return this.#entities.values()
  }

  /** Commits only while the entity is as it is known here. */
  check(entity: Entity): CheckDocument {
    return {
      kind: 'document.check',
      ...this.#key(entity.path),
      expect: { etag: entity.definition.etag },
    }
  }

  /** Creates definitions that do not exist, in one commit. */
  async create(...added: readonly NewDefinition[]): Promise<void> {
    await this.#change(async () => {
      const existing = added.find(({ path }) => this.#definition(path))
      if (existing) throw entityAlreadyExists(existing.path)
      await this.#put(added)
    })
  }

  /** Replaces the properties of a definition. */
  async update(changed: NewDefinition): Promise<void> {
    await this.#change(async () => {
      if (!this.#definition(changed.path)) throw entityNotFound(changed.path)
      await this.#put([changed])
    })
  }

  /** Deletes a definition with everything below it; false when there is none. */
  async delete(path: string): Promise<boolean> {
    return this.#change(async () => {
      const id = path.toLowerCase()
      const definition = this.#definition(path)
      if (!definition) return false
      const doomed = this.#below(id)
      const batch: (DeleteDocument | PutDocument | DropQueue)[] = doomed.map((key) => ({
        kind: 'document.delete',
        ...this.#key(key),
      }))
      const queues = doomed.flatMap((key) => queuesOf(this.#entities.get(key)))
      batch.push(...queues.map(dropQueue))
      const topic = topicOf(id, this.#entities)
      const touched = topic && id !== topic.path.toLowerCase() ? this.#touch(topic) : undefined
      if (touched) batch.push(this.#putDocument(touched, topic?.definition))
      await this.#store.write(batch)
      for (const key of doomed) this.#forget(key)
      for (const queue of queues) this.#onDrop(queue)
      if (touched) this.#enter(touched)
      return true
    })
  }

  async #put(definitions: readonly NewDefinition[]): Promise<void> {
    const entered = definitions.map((definition) => this.#stamp(definition))
    for (const definition of entered) this.#check(definition)
    const batch = entered.map((definition) =>
      this.#putDocument(definition, this.#definition(definition.path)),
    )
    const [first] = definitions
    const topic = first && topicOf(first.path.toLowerCase(), this.#entities)
    const below = topic && first.kind !== 'topic'
    if (below) {
      const touched = this.#touch(topic)
      batch.push(this.#putDocument(touched, topic.definition))
      entered.unshift(touched)
    }
    await this.#store.write(batch)
    for (const definition of entered) this.#enter(definition)
  }

  // Before it is written: what cannot be read back must never get into the store.
  #check(definition: Definition): void {
    const previous = this.#definition(definition.path)
    const namespace = {
      tier: this.#tier(),
      entityCount: this.#entities.size,
      find: (path: string) => this.find(path),
    }
    if (definition.kind === 'rule') checkRule(parseRule(definition), previous, namespace)
    else checkEntity(parseEntity(this.#namespace, definition), previous, namespace)
  }

  #stamp(definition: NewDefinition): Definition {
    const nowMs = this.#clock.now()
    const createdMs = this.#definition(definition.path)?.createdMs ?? nowMs
    return { ...definition, createdMs, updatedMs: nowMs, etag: newUuid() }
  }

  #touch(topic: Topic): Definition {
    return { ...topic.definition, etag: newUuid() }
  }

  #putDocument(definition: Definition, previous: Definition | undefined): PutDocument {
    const { etag, ...body } = definition
    const expect = previous ? { etag: previous.etag } : 'absent'
    const key = this.#key(definition.path)
    return { kind: 'document.put', ...key, body: JSON.stringify(body), etag, expect }
  }

  #key(path: string): DocumentKey {
    return { collection, partition: this.#namespace, id: path.toLowerCase() }
  }

  #definition(path: string): Definition | undefined {
    return this.find(path)?.definition ?? this.rule(path)?.definition
  }

  #below(id: string): string[] {
    const ids = [id]
    const entity = this.#entities.get(id)
    if (entity?.kind === 'topic') {
      for (const subscription of entity.subscriptions.values()) {
        ids.push(...this.#below(subscription.path.toLowerCase()))
      }
    }
    if (entity?.kind === 'subscription') {
      for (const name of entity.rules.keys()) ids.push(`${id}/rules/${name}`)
    }
    return ids
  }

  #enter(definition: Definition): void {
    const id = definition.path.toLowerCase()
    if (definition.kind === 'rule') {
      const { parent, name } = splitRulePath(id)
      const subscription = this.#entities.get(parent)
      if (subscription?.kind === 'subscription') subscription.rules.set(name, parseRule(definition))
      return
    }
    const entity = parseEntity(this.#namespace, definition, this.#entities.get(id))
    this.#entities.set(id, entity)
    if (entity.kind === 'subscription') {
      topicOf(id, this.#entities)?.subscriptions.set(lastSegment(id), entity)
    }
  }

  #forget(id: string): void {
    const { parent, name } = splitRulePath(id)
    const subscription = this.#entities.get(parent)
    if (subscription?.kind === 'subscription') subscription.rules.delete(name)
    topicOf(id, this.#entities)?.subscriptions.delete(lastSegment(id))
    this.#entities.delete(id)
  }

  // One after the other: a change builds on what the one before it has entered.
  #change<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#lastChange.then(async () => {
      const value = await change()
      this.#onChange()
      return value
    })
    this.#lastChange = result.catch(() => undefined)
    return result
  }
}

/** `topic/subscriptions/name`, as Azure writes the path of a subscription. */
export function subscriptionPath(topic: string, name: string): string {
  return `${topic}/subscriptions/${name}`
}

export function rulePath(subscription: string, name: string): string {
  return `${subscription}/rules/${name}`
}

function parseEntity(namespace: string, definition: Definition, previous?: Entity): Entity {
  const { path } = definition
  switch (definition.kind) {
    case 'queue': {
      const properties = parseQueueProperties(definition.properties)
      const sources = messageSources(namespace, path, properties)
      return { kind: 'queue', path, definition, properties, sources }
    }
    case 'topic': {
      const properties = parseTopicProperties(definition.properties)
      const inbox = { queue: storeQueueName(namespace, path), rules: {} }
      const subscriptions =
        previous?.kind === 'topic' ? previous.subscriptions : new Map<string, Subscription>()
      return { kind: 'topic', path, definition, properties, inbox, subscriptions }
    }
    case 'subscription': {
      const properties = parseSubscriptionProperties(definition.properties)
      const sources = messageSources(namespace, path, properties)
      const rules = previous?.kind === 'subscription' ? previous.rules : new Map<string, Rule>()
      return { kind: 'subscription', path, definition, properties, sources, rules }
    }
    case 'rule':
      throw new TypeError(`${path} is a rule, not an entity`)
  }
}

function parseDefinition(document: StoredDocument): Definition {
  const body = parseJson(document.body)
  if (!isJsonObject(body)) throw new TypeError(`the definition of ${document.id} is not an object`)
  const { kind, path, properties, createdMs, updatedMs } = body
  const known = kinds.find((candidate) => candidate === kind)
  if (!known || typeof path !== 'string' || !isJsonObject(properties)) {
    throw new TypeError(`the definition of ${document.id} cannot be read`)
  }
  return {
    kind: known,
    path,
    properties,
    createdMs: Number(createdMs),
    updatedMs: Number(updatedMs),
    etag: document.etag,
  }
}

const kinds = ['queue', 'topic', 'subscription', 'rule'] as const

function queuesOf(entity: Entity | undefined): string[] {
  // A rule has no queue.
  if (!entity) return []
  if (entity.kind === 'topic') return [entity.inbox.queue]
  const { active, deadLetter, transferDeadLetter } = entity.sources
  return [active.queue, deadLetter.queue, transferDeadLetter.queue]
}

function dropQueue(queue: string): DropQueue {
  return { kind: 'queue.drop', queue }
}

function topicOf(id: string, entities: ReadonlyMap<string, Entity>): Topic | undefined {
  const [path] = id.split('/subscriptions/')
  const entity = path === undefined ? undefined : entities.get(path)
  return entity?.kind === 'topic' ? entity : undefined
}

function splitRulePath(id: string): { parent: string; name: string } {
  const at = id.lastIndexOf('/rules/')
  return at < 0 ? { parent: '', name: '' } : { parent: id.slice(0, at), name: id.slice(at + 7) }
}

function lastSegment(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1)
}

function depthOf(id: string): number {
  return id.includes('/rules/') ? 2 : id.includes('/subscriptions/') ? 1 : 0
}
