// Survives a crash: every topic, domain and system topic with its keys, each a document, and the topics of domains.
import { randomBytes } from 'node:crypto'
import { newUuid } from '../../base/ids.ts'
import { parseJson, stringMember } from '../../base/json.ts'
import type { Store } from '../../store/store.ts'
import { invalidRequest, nameAmbiguous, nameTaken, resourceNotFound } from './errors.ts'
import type { InputSchema } from './event.ts'
import { domainTopicsMax } from './limits.ts'
import { readTopic, readTopicSettings, topicHost } from './topic.ts'
import type { EventGridTopic, TopicKind, TopicSettings } from './topic.ts'

const collection = 'event-grid/topics'
const domainTopicCollection = 'event-grid/domain-topics'

interface KnownTopic {
  readonly topic: EventGridTopic
  readonly settings: TopicSettings | undefined
}

/** The topics of an instance: all of them are in memory, and in the store before anyone is told of them. */
export class Topics {
  readonly #store: Store
  readonly #known = new Map<string, KnownTopic>()
  /** By id of the domain, in lower case: the names as they were written. */
  readonly #domainTopics = new Map<string, Map<string, string>>()

  constructor(store: Store) {
    this.#store = store
  }

  async load(): Promise<void> {
    for await (const page of this.#store.scan({ collection })) {
      for (const { body } of page) this.#remember(readTopic(parseJson(body)))
    }
    for await (const page of this.#store.scan({ collection: domainTopicCollection })) {
      for (const { partition, body } of page) {
        this.#namesOf(partition).add(stringMember(parseJson(body), 'name') ?? '')
      }
    }
  }

  all(): readonly EventGridTopic[] {
    return [...this.#known.values()].map(({ topic }) => topic)
  }

  /** The topic of a resource id. */
  byId(id: string): EventGridTopic | undefined {
    return this.#known.get(id.toLowerCase())?.topic
  }

  settingsOf(topic: EventGridTopic): TopicSettings {
    const { settings } = this.#known.get(topic.id.toLowerCase()) ?? {}
    return settings ?? readTopicSettings(topic.kind, {})
  }

  /** The topic or domain that is published to at a host name. */
  byHost(host: string): EventGridTopic | undefined {
    return this.#published().find((topic) => topicHost(topic) === host.toLowerCase())
  }

  /** The topic or domain of a name, where the address is a local one. */
  byName(name: string): EventGridTopic | undefined {
    return this.#published().find((topic) => topic.name.toLowerCase() === name.toLowerCase())
  }

  /** The one of a name; throws where there is none, or more than one of it. */
  named(kind: TopicKind, name: string): EventGridTopic {
    const found = this.all().filter(
      (topic) => topic.kind === kind && topic.name.toLowerCase() === name.toLowerCase(),
    )
    const [topic, second] = found
    if (second) throw nameAmbiguous(name)
    if (!topic) throw resourceNotFound(name)
    return topic
  }

  /** Creates or replaces a topic; it keeps its keys. */
  async put(
    given: Pick<EventGridTopic, 'kind' | 'id' | 'name' | 'location' | 'properties'>,
  ): Promise<EventGridTopic> {
    const existing = this.byId(given.id)
    if (given.kind !== 'systemTopic') this.#check(given, existing)
    const topic: EventGridTopic = {
      ...given,
      key1: existing?.key1 ?? newKey(),
      key2: existing?.key2 ?? newKey(),
    }
    await this.#write(topic)
    return topic
  }

  /** Replaces one of the two keys. */
  async regenerateKey(topic: EventGridTopic, key: 'key1' | 'key2'): Promise<EventGridTopic> {
    const changed = { ...topic, [key]: newKey() }
    await this.#write(changed)
    return changed
  }

  async delete(topic: EventGridTopic): Promise<void> {
    const id = topic.id.toLowerCase()
    const names = this.domainTopics(topic)
    await this.#store.write([
      { kind: 'document.delete', collection, partition: id, id },
      ...names.map((name) => ({ kind: 'document.delete' as const, ...domainTopicKey(id, name) })),
    ])
    this.#known.delete(id)
    this.#domainTopics.delete(id)
  }

  /** The names of the topics in a domain. */
  domainTopics(domain: EventGridTopic): readonly string[] {
    return [...(this.#domainTopics.get(domain.id.toLowerCase())?.values() ?? [])]
  }

  async putDomainTopic(domain: EventGridTopic, name: string): Promise<void> {
    const names = this.#namesOf(domain.id.toLowerCase())
    if (names.has(name)) return
    if (names.size >= domainTopicsMax) {
      throw invalidRequest(`A domain has at most ${domainTopicsMax} topics.`)
    }
    const body = JSON.stringify({ name })
    const key = domainTopicKey(domain.id, name)
    await this.#store.write([{ kind: 'document.put', ...key, body, etag: newUuid() }])
    names.add(name)
  }

  async deleteDomainTopic(domain: EventGridTopic, name: string): Promise<void> {
    await this.#store.write([{ kind: 'document.delete', ...domainTopicKey(domain.id, name) }])
    this.#namesOf(domain.id.toLowerCase()).delete(name)
  }

  /** The schema in which events of a source come. */
  schemaOf(sourceId: string): InputSchema {
    const topic = this.byId(sourceId) ?? this.domainOf(sourceId)?.domain
    return topic ? this.settingsOf(topic).schema : 'EventGridSchema'
  }

  /** The domain and the topic in it that an id names. */
  domainOf(id: string): { readonly domain: EventGridTopic; readonly name: string } | undefined {
    const [, domainId, name] = /^(.*\/domains\/[^/]+)\/topics\/([^/]+)$/i.exec(id) ?? []
    const domain = domainId === undefined ? undefined : this.byId(domainId)
    return domain && name !== undefined ? { domain, name } : undefined
  }

  // A host name belongs to one topic, and what it takes does not change under its publishers.
  #check(
    given: Pick<EventGridTopic, 'kind' | 'id' | 'name' | 'location' | 'properties'>,
    existing: EventGridTopic | undefined,
  ): void {
    const { schema } = readTopicSettings(given.kind, given.properties)
    const other = this.byHost(topicHost(given))
    if (other && other.id.toLowerCase() !== given.id.toLowerCase()) {
      throw nameTaken(given.name, other.id)
    }
    if (existing && this.settingsOf(existing).schema !== schema) {
      throw invalidRequest("The property 'properties.inputSchema' cannot be changed.")
    }
  }

  #published(): readonly EventGridTopic[] {
    return this.all().filter(({ kind }) => kind !== 'systemTopic')
  }

  async #write(topic: EventGridTopic): Promise<void> {
    const id = topic.id.toLowerCase()
    const body = JSON.stringify(topic)
    await this.#store.write([
      { kind: 'document.put', collection, partition: id, id, body, etag: newUuid() },
    ])
    this.#remember(topic)
  }

  #remember(topic: EventGridTopic): void {
    const settings =
      topic.kind === 'systemTopic' ? undefined : readTopicSettings(topic.kind, topic.properties)
    this.#known.set(topic.id.toLowerCase(), { topic, settings })
  }

  #namesOf(domainId: string): {
    has(name: string): boolean
    add(name: string): void
    delete(name: string): void
    readonly size: number
  } {
    const names = this.#domainTopics.get(domainId) ?? new Map<string, string>()
    this.#domainTopics.set(domainId, names)
    return {
      has: (name) => names.has(name.toLowerCase()),
      add: (name) => void names.set(name.toLowerCase(), name),
      delete: (name) => void names.delete(name.toLowerCase()),
      size: names.size,
    }
  }
}

function domainTopicKey(
  domainId: string,
  name: string,
): { collection: string; partition: string; id: string } {
  return {
    collection: domainTopicCollection,
    partition: domainId.toLowerCase(),
    id: name.toLowerCase(),
  }
}

function newKey(): string {
  return randomBytes(32).toString('base64')
}
