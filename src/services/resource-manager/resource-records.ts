// Every resource that was put is a document: what the template said last, and what is read back.
// All of it survives a crash; a resource whose put was cut off is put again by the next deployment.
import { createHash } from 'node:crypto'
import { newUuid } from '../../base/ids.ts'
import { type JsonObject, isJsonObject, parseJson } from '../../base/json.ts'
import type { Operation, Store } from '../../store/store.ts'

/** A resource as it is kept. */
export interface ResourceRecord {
  readonly id: string
  readonly type: string
  readonly names: readonly string[]
  readonly apiVersion: string
  /** What the template or the management REST asked for. */
  readonly requested: JsonObject
  readonly hash: string
  readonly modelled: boolean
  /** What is read back. */
  readonly body: JsonObject
}

/** Where `utcNow()` and `newGuid()` of a deployment come from, so that it says the same at every start. */
export interface DeploymentOrigin {
  readonly timeMs: number
  readonly seed: string
}

const collection = 'resource-manager/resources'
const deployments = 'resource-manager/deployments'
const partition = 'resources'

/** The resources in the store, by id; ids are compared without case, as Azure does. */
export class ResourceRecords {
  readonly #store: Store
  /** As the last list found them: who may do what is asked for each file that a workflow reads. */
  #all: Promise<readonly ResourceRecord[]> | undefined

  constructor(store: Store) {
    this.#store = store
  }

  async get(id: string): Promise<ResourceRecord | undefined> {
    const key = { collection, partition, id: id.toLowerCase() }
    const document = await this.#store.getDocument(key)
    return document && parseRecord(document.body)
  }

  async put(record: ResourceRecord): Promise<void> {
    const key = { collection, partition, id: record.id.toLowerCase() }
    const body = JSON.stringify(record)
    await this.#write([{ kind: 'document.put', ...key, body, etag: newUuid() }])
  }

  async delete(ids: readonly string[]): Promise<void> {
    const operations = ids.map(
      (id) => ({ kind: 'document.delete', collection, partition, id: id.toLowerCase() }) as const,
    )
    await this.#write(operations)
  }

  async deploymentOrigin(name: string, nowMs: number): Promise<DeploymentOrigin> {
    const key = { collection: deployments, partition: 'deployments', id: name.toLowerCase() }
    const kept = await this.#store.getDocument(key)
    const value = kept && parseJson(kept.body)
    const { timeMs, seed } = isJsonObject(value) ? value : {}
    if (typeof timeMs === 'number' && typeof seed === 'string') return { timeMs, seed }
    const origin = { timeMs: nowMs, seed: newUuid() }
    const body = JSON.stringify(origin)
    await this.#store.write([{ kind: 'document.put', ...key, body, etag: newUuid() }])
    return origin
  }

  /** All of them, in the order of their ids. */
  async list(): Promise<readonly ResourceRecord[]> {
    const all = (this.#all ??= this.#readAll())
    try {
      return await all
    } catch (error) {
      if (this.#all === all) this.#all = undefined
      throw error
    }
  }

  async #write(operations: readonly Operation[]): Promise<void> {
    await this.#store.write(operations)
    // A list that began before this commit is not kept either.
    this.#all = undefined
  }

  async #readAll(): Promise<readonly ResourceRecord[]> {
    const records: ResourceRecord[] = []
    for await (const page of this.#store.scan({ collection, partition })) {
      for (const document of page) {
        const record = parseRecord(document.body)
        if (record) records.push(record)
      }
    }
    return records.toSorted((left, right) => compare(left.id.toLowerCase(), right.id.toLowerCase()))
  }
}

/** A hash of what was asked for, in which the order of members counts nothing. */
export function hashOf(requested: JsonObject, apiVersion: string): string {
  return createHash('sha256')
    .update(apiVersion)
    .update(JSON.stringify(requested, (_name, value: unknown) => sorted(value)))
    .digest('hex')
}

function sorted(value: unknown): unknown {
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).toSorted(([left], [right]) => compare(left, right)),
  )
}

function compare(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

function parseRecord(text: string): ResourceRecord | undefined {
  const value = parseJson(text)
  if (!isJsonObject(value)) return undefined
  const { id, type, names, apiVersion, requested, hash, modelled, body } = value
  if (typeof id !== 'string' || typeof type !== 'string' || !Array.isArray(names)) return undefined
  if (typeof apiVersion !== 'string' || typeof hash !== 'string') return undefined
  if (!isJsonObject(requested) || !isJsonObject(body)) return undefined
  const texts = names.filter((name) => typeof name === 'string')
  return { id, type, names: texts, apiVersion, requested, hash, modelled: modelled === true, body }
}
