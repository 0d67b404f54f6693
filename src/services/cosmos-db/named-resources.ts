// What survives a crash: every resource whose promise resolved. Nothing is held in memory between calls.
import { isJsonObject, parseJson, type JsonObject } from '../../base/json.ts'
import type { DocumentExpectation, StoredDocument } from '../../store/documents.ts'
import { ExpectationFailed, type Store } from '../../store/store.ts'
import { conflict, notFound, preconditionFailed } from './errors.ts'
import { newEtag } from './item.ts'
import { namedResourcesMax } from './limits.ts'
import { checkResourceName } from './resource-name.ts'

/** Where resources are kept, and how their `_rid` and `_self` are written. */
export interface NamedResourcesPlace {
  readonly store: Store
  readonly collection: string
  readonly partition: string
  ridOf(number: number): string
  /** `dbs/<rid>/users/` */
  readonly selfPrefix: string
}

/** Users, permissions or scripts of one owner, by their names. */
export class NamedResources {
  readonly #place: NamedResourcesPlace

  constructor(place: NamedResourcesPlace) {
    this.#place = place
  }

  create(body: JsonObject): Promise<JsonObject> {
    return this.#put(body, 'absent')
  }

  upsert(body: JsonObject): Promise<JsonObject> {
    return this.#put(body)
  }

  replace(id: string, body: JsonObject, ifMatch?: string): Promise<JsonObject> {
    return this.#put({ ...body, id }, expectationOf(ifMatch))
  }

  async get(id: string): Promise<JsonObject> {
    const found = await this.find(id)
    if (!found) throw notFound()
    return found
  }

  async find(id: string): Promise<JsonObject | undefined> {
    const { store, collection, partition } = this.#place
    const stored = await store.getDocument({ collection, partition, id })
    return stored && this.#bodyOf(stored)
  }

  /** All of them, by name. */
  async list(): Promise<readonly JsonObject[]> {
    const { store, collection, partition } = this.#place
    const stored = await store.listDocuments({ collection, partition, limit: namedResourcesMax })
    return stored.map((each) => this.#bodyOf(each))
  }

  async delete(id: string, ifMatch?: string): Promise<void> {
    const { store, collection, partition } = this.#place
    const expect = expectationOf(ifMatch)
    try {
      await store.write([{ kind: 'document.delete', collection, partition, id, expect }])
    } catch (error) {
      throw faultOf(error)
    }
  }

  async #put(body: JsonObject, expect?: DocumentExpectation): Promise<JsonObject> {
    const { store, collection, partition } = this.#place
    const id = typeof body['id'] === 'string' ? body['id'] : ''
    checkResourceName(id)
    const [text, etag] = [JSON.stringify(body), newEtag()]
    const put = { kind: 'document.put', collection, partition, id, body: text, etag } as const
    try {
      const [written] = await store.write([expect === undefined ? put : { ...put, expect }])
      return this.#bodyOf({ ...put, ...written })
    } catch (error) {
      throw faultOf(error)
    }
  }

  #bodyOf(stored: Pick<StoredDocument, 'body' | 'etag' | 'number' | 'timestampMs'>): JsonObject {
    const body = parseJson(stored.body)
    const rid = this.#place.ridOf(stored.number)
    return {
      ...(isJsonObject(body) ? body : {}),
      _rid: rid,
      _self: `${this.#place.selfPrefix}${rid}/`,
      _etag: stored.etag,
      _ts: Math.floor(stored.timestampMs / 1000),
    }
  }
}

function expectationOf(ifMatch: string | undefined): DocumentExpectation {
  return ifMatch === undefined || ifMatch === '*' ? 'present' : { etag: ifMatch }
}

function faultOf(error: unknown): unknown {
  if (!(error instanceof ExpectationFailed)) return error
  if (error.expectation === 'absent') return conflict()
  return error.expectation === 'present' ? notFound() : preconditionFailed()
}
