// What survives a crash: every entity of the service, one document each. The map is a copy of them.
import { randomHex } from '../../base/ids.ts'
import { type JsonObject, isJsonObject, parseJson } from '../../base/json.ts'
import { type DocumentExpectation } from '../../store/documents.ts'
import { ExpectationFailed, type Store } from '../../store/store.ts'
import { preconditionFailed } from './errors.ts'

/** Something in an API Management service: an API, a product, the policy of an operation. */
export interface Entity {
  /** `products/apis`: the segments of its ARM type below the service. */
  readonly kind: string
  /** One name per segment of the kind: `['Basic', 'orders']`. */
  readonly names: readonly string[]
  readonly properties: JsonObject
  readonly etag: string
}

/** What happened to an entity; `entity` is absent after it was deleted. */
export interface EntityChange {
  readonly kind: string
  readonly names: readonly string[]
  readonly entity?: Entity
}

const collection = 'api-management/entities'

/** The entities of one service by kind and names; names are found in any case and kept as they were given. */
export class EntityTree {
  readonly #store: Store
  readonly #service: string
  readonly #entities = new Map<string, Entity>()
  readonly #onChange: (changes: readonly EntityChange[]) => void

  constructor(parts: {
    store: Store
    service: string
    onChange: (changes: readonly EntityChange[]) => void
  }) {
    this.#store = parts.store
    this.#service = parts.service.toLowerCase()
    this.#onChange = parts.onChange
  }

  async load(): Promise<void> {
    for await (const page of this.#store.scan({ collection, partition: this.#service })) {
      for (const { id, body, etag } of page) {
        const entity = parseEntity(body, etag)
        this.#entities.set(id, entity)
      }
    }
  }

  get(kind: string, names: readonly string[]): Entity | undefined {
    return this.#entities.get(idOf(kind, names))
  }

  /** The entities of a kind, below the given names when there are any, in the order of their names. */
  list(kind: string, below: readonly string[] = []): readonly Entity[] {
    const found = [...this.#entities.values()].filter(
      (each) =>
        each.kind === kind &&
        below.every((name, index) => each.names[index]?.toLowerCase() === name.toLowerCase()),
    )
    return found.toSorted((left, right) => compareNames(left.names, right.names))
  }

  /** Creates or replaces; `ifMatch` is the etag that a caller read, or `*` for whichever there is. */
  async put(
    entity: Omit<Entity, 'etag'>,
    options: { ifMatch?: string; expect?: 'absent' } = {},
  ): Promise<Entity> {
    const { kind, names, properties } = entity
    const etag = randomHex(12)
    const expect = expectationOf(options)
    const id = idOf(kind, names)
    await this.#attempt({
      kind: 'document.put',
      collection,
      partition: this.#service,
      id,
      body: JSON.stringify({ kind, names, properties }),
      etag,
      ...(expect === undefined ? {} : { expect }),
    })
    const kept = { kind, names, properties, etag }
    this.#entities.set(id, kept)
    this.#onChange([{ kind, names, entity: kept }])
    return kept
  }

  /** Deletes an entity and everything below it, as one; false when there was none. */
  async delete(
    kind: string,
    names: readonly string[],
    options: { ifMatch?: string } = {},
  ): Promise<boolean> {
    const id = idOf(kind, names)
    const root = this.#entities.get(id)
    if (!root) return false
    if (options.ifMatch !== undefined && !matches(options.ifMatch, root.etag)) {
      throw preconditionFailed()
    }
    const doomed = [...this.#entities].filter(([each]) => each === id || each.startsWith(`${id}/`))
    const batch = doomed.map(([each]) => ({
      kind: 'document.delete' as const,
      collection,
      partition: this.#service,
      id: each,
    }))
    await this.#store.write(batch)
    for (const [each] of doomed) this.#entities.delete(each)
    this.#onChange(doomed.map(([, each]) => ({ kind: each.kind, names: each.names })))
    return true
  }

  async clear(): Promise<void> {
    for (const { kind, names } of this.#entities.values()) await this.delete(kind, names)
  }

  async #attempt(operation: Parameters<Store['write']>[0][number]): Promise<void> {
    try {
      await this.#store.write([operation])
    } catch (error) {
      throw error instanceof ExpectationFailed ? preconditionFailed() : error
    }
  }
}

/** `apis/orders/operations/fetch` for the kind `apis/operations`. */
export function pathOf(kind: string, names: readonly string[]): string {
  return kind
    .split('/')
    .map((segment, index) => `${segment}/${names[index] ?? ''}`)
    .join('/')
}

function idOf(kind: string, names: readonly string[]): string {
  return pathOf(kind, names).toLowerCase()
}

function expectationOf(options: {
  ifMatch?: string
  expect?: 'absent'
}): DocumentExpectation | undefined {
  if (options.expect) return options.expect
  if (options.ifMatch === undefined) return undefined
  return options.ifMatch === '*' ? 'present' : { etag: unquoted(options.ifMatch) }
}

function matches(ifMatch: string, etag: string): boolean {
  return ifMatch === '*' || unquoted(ifMatch) === etag
}

function unquoted(etag: string): string {
  return etag.replace(/^W\//, '').replaceAll('"', '')
}

function compareNames(left: readonly string[], right: readonly string[]): number {
  const [one, two] = [left.join('/'), right.join('/')]
  if (one === two) return 0
  return one < two ? -1 : 1
}

// Only this file writes these documents, so they need no second check of their members.
function parseEntity(body: string, etag: string): Entity {
  const value = parseJson(body)
  if (!isJsonObject(value)) throw new Error('an entity is an object')
  const entity: Omit<Entity, 'etag'> = JSON.parse(body)
  return { ...entity, etag }
}
