// What a script asks of its partition, worked out on drafts: written whole when the script is over, or not at all.
import { ServiceError } from '../../../base/errors.ts'
import { newUuid } from '../../../base/ids.ts'
import { isJsonObject, stringMember, type JsonObject, type JsonValue } from '../../../base/json.ts'
import type { Container } from '../container.ts'
import {
  badRequest,
  conflict,
  notFound,
  partitionKeyMismatch,
  preconditionFailed,
  uniqueKeyViolated,
} from '../errors.ts'
import { itemValue } from '../item.ts'
import { ItemDrafts, type Draft, type DraftVersions } from '../item-drafts.ts'
import type { ItemSpan } from '../item-span.ts'
import { matches } from '../item-writer.ts'
import { scriptPageItemsDefault } from '../limits.ts'
import { queryValues, type QueryParameter } from '../query.ts'
import type { ScriptCall, ScriptCallResult } from './script-messages.ts'

/** Numbers of items that have none yet: above all that the store gives. */
const provisionalNumber = 2 ** 47

/** The drafts of one script, or of one write with its triggers. */
export class ScriptTransaction {
  readonly #container: Container
  readonly #partition: string
  readonly #span: ItemSpan
  readonly #drafts: ItemDrafts
  /** Items that the script has seen, by the `_rid` they were shown with. */
  readonly #idsByRid = new Map<string, string>()
  #operations = 0

  constructor(container: Container, partition: string, span: ItemSpan) {
    this.#container = container
    this.#partition = partition
    this.#span = span
    this.#drafts = new ItemDrafts(container.scope, partition)
  }

  /** Answers calls in their order; a fault of the script's making is given back to it. */
  async execute(calls: readonly ScriptCall[]): Promise<readonly ScriptCallResult[]> {
    const results: ScriptCallResult[] = []
    for (const call of calls) {
      try {
        results.push(await this.#answer(call))
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error
        const { status: number, message } = error
        const body = JSON.stringify({ code: error.code, message })
        results.push({ call: call.call, error: { number, body } })
      }
    }
    return results
  }

  /** Gives nothing when another writer came first. */
  async commit(): Promise<DraftVersions | undefined> {
    const commit = await this.#drafts.commit()
    if (commit.kind === 'not-unique') throw uniqueKeyViolated()
    return commit.kind === 'written' ? commit.versions : undefined
  }

  async create(item: JsonObject): Promise<JsonObject> {
    const { draft, put } = await this.#prepare(item)
    if (draft.now) throw conflict()
    this.#drafts.put(draft, put, this.#operations++)
    return this.#show(put.id, draft)
  }

  async upsert(item: JsonObject, ifMatch?: string): Promise<JsonObject> {
    const { draft, put } = await this.#prepare(item)
    if (draft.now && !matches(ifMatch, draft.now.etag)) throw preconditionFailed()
    this.#drafts.put(draft, put, this.#operations++)
    return this.#show(put.id, draft)
  }

  async replace(id: string, item: JsonObject, ifMatch?: string): Promise<JsonObject> {
    const existing = await this.#existing(id, ifMatch)
    const { draft, put } = await this.#prepare(item)
    if (draft !== existing) throw badRequest(`The id '${put.id}' is not that of the replaced item.`)
    this.#drafts.put(draft, put, this.#operations++)
    return this.#show(put.id, draft)
  }

  async delete(id: string, ifMatch?: string): Promise<void> {
    this.#drafts.remove(await this.#existing(id, ifMatch), this.#operations++)
  }

  async read(id: string): Promise<JsonObject> {
    return this.#show(id, await this.#existing(id))
  }

  async exists(id: string): Promise<boolean> {
    return (await this.#drafts.get(id)).now !== undefined
  }

  async #answer(call: ScriptCall): Promise<ScriptCallResult> {
    const ifMatch = stringMember(call.options, 'etag')
    switch (call.operation) {
      case 'create':
        this.#checkLink(call.link)
        return { call: call.call, body: await this.create(withId(call)), options: {} }
      case 'upsert':
        this.#checkLink(call.link)
        return { call: call.call, body: await this.upsert(withId(call), ifMatch), options: {} }
      case 'read':
        return { call: call.call, body: await this.read(await this.#idOf(call.link)), options: {} }
      case 'replace': {
        const id = await this.#idOf(call.link)
        return { call: call.call, body: await this.replace(id, itemOf(call), ifMatch), options: {} }
      }
      case 'delete':
        await this.delete(await this.#idOf(call.link), ifMatch)
        return { call: call.call, body: null, options: {} }
      case 'query':
        this.#checkLink(call.link)
        return this.#query(call)
    }
  }

  async #query(call: ScriptCall): Promise<ScriptCallResult> {
    const { text, parameters } = queryOf(call.body)
    const { clock } = this.#container.parts
    const rows = await queryValues(text, parameters, { clock, values: await this.#items() })
    const options = isJsonObject(call.options) ? call.options : {}
    const start = Number(
      /^from-(\d{1,9})$/.exec(stringMember(options, 'continuation') ?? '')?.[1] ?? 0,
    )
    const wanted = options['pageSize']
    const size = typeof wanted === 'number' && wanted > 0 ? wanted : scriptPageItemsDefault
    const next = start + size
    return {
      call: call.call,
      body: rows.slice(start, next),
      options: next < rows.length ? { continuation: `from-${next}` } : {},
    }
  }

  /** Every item of the partition as this transaction sees it. */
  async #items(): Promise<JsonObject[]> {
    const { parts, collection } = this.#container
    const items: JsonObject[] = []
    const seen = new Set<string>()
    for await (const page of parts.store.scan({ collection, partition: this.#partition })) {
      for (const stored of page) {
        if (stored.partition !== this.#partition) continue
        seen.add(stored.id)
        const draft = this.#drafts.known().get(stored.id)
        if (!draft) items.push(this.#remember(stored.id, itemValue(stored, this.#container.scope)))
        else if (draft.now) items.push(this.#show(stored.id, draft))
      }
    }
    for (const [id, draft] of this.#drafts.known()) {
      if (!seen.has(id) && draft.now) items.push(this.#show(id, draft))
    }
    return items
  }

  async #prepare(item: JsonObject) {
    const { id, partition, put } = this.#container.prepare(item, { span: this.#span })
    if (partition !== this.#partition) throw partitionKeyMismatch()
    return { draft: await this.#drafts.get(id), put }
  }

  async #existing(id: string, ifMatch?: string): Promise<Draft> {
    const draft = await this.#drafts.get(id)
    if (!draft.now) throw notFound()
    if (!matches(ifMatch, draft.now.etag)) throw preconditionFailed()
    return draft
  }

  // What the script itself has written has no number and no time yet.
  #show(id: string, draft: Draft): JsonObject {
    const { scope, parts } = this.#container
    if (!draft.now) throw notFound()
    if (draft.now === draft.before) return this.#remember(id, itemValue(draft.before, scope))
    const number = draft.before?.number ?? provisionalNumber + this.#idsByRid.size
    const version = { ...draft.now, number, timestampMs: parts.clock.now() }
    return this.#remember(id, itemValue(version, scope))
  }

  #remember(id: string, item: JsonObject): JsonObject {
    this.#idsByRid.set(stringMember(item, '_rid') ?? '', id)
    return item
  }

  #checkLink(link: string): void {
    const { link: altLink, selfLink } = this.#container
    const given = trimmed(link)
    if (given === altLink || given === trimmed(selfLink)) return
    throw badRequest(`The link '${link.slice(0, 200)}' is not that of the script's own container.`)
  }

  async #idOf(link: string): Promise<string> {
    const name = decodeURIComponent(trimmed(link).split('/').at(-1) ?? '')
    const known = this.#idsByRid.get(name)
    if (known !== undefined) return known
    if ((await this.#drafts.get(name)).now) return name
    // A link of an earlier run: items are looked through for its `_rid`.
    await this.#items()
    return this.#idsByRid.get(name) ?? name
  }
}

function itemOf({ body }: ScriptCall): JsonObject {
  if (isJsonObject(body)) return body
  throw badRequest('The input content is invalid: it must be a JSON object.')
}

function withId(call: ScriptCall): JsonObject {
  const item = itemOf(call)
  return item['id'] === undefined ? { ...item, id: newUuid() } : item
}

function queryOf(body: JsonValue): {
  readonly text: string
  readonly parameters: readonly QueryParameter[]
} {
  if (typeof body === 'string') return { text: body, parameters: [] }
  const { query, parameters } = isJsonObject(body) ? body : {}
  if (typeof query !== 'string') throw badRequest('The query must be a text.')
  const given = Array.isArray(parameters) ? parameters : []
  return {
    text: query,
    parameters: given.map((each) => ({
      name: stringMember(each, 'name') ?? '',
      value: (isJsonObject(each) ? each['value'] : undefined) ?? null,
    })),
  }
}

function trimmed(link: string): string {
  return link.replaceAll(/^\/+|\/+$/g, '')
}
