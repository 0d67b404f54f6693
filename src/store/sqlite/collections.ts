import { freeIdSql } from './cluster-key.ts'
import type { Connection, Statement } from './connection.ts'

/** A collection as the writer knows it. */
export interface Collection {
  readonly id: number
  readonly name: string
  /** Whether any of its documents holds a unique key: most collections need not look for them. */
  hasUniqueKeys: boolean
}

/**
 * The names of collections. The table survives a crash; the map is a cache of it that is read again.
 * A dropped collection loses its name at once and its rows in the sweeps that follow.
 */
export class Collections {
  readonly #byName = new Map<string, Collection>()
  readonly #created: string[] = []
  readonly #select: Statement<[id: number, hasUniqueKeys: number]>
  readonly #insert: Statement<[id: number]>
  readonly #drop: Statement<[]>

  constructor(connection: Connection) {
    this.#select = connection.prepare(
      'SELECT id, EXISTS (SELECT 1 FROM unique_keys u WHERE u.collection = c.id) ' +
        'FROM collections c WHERE name = ? AND dropped = 0',
    )
    this.#insert = connection.prepare(
      `INSERT INTO collections (id, name, dropped) VALUES ((${freeIdSql('collections')}), ?, 0) ` +
        'RETURNING id',
    )
    this.#drop = connection.prepare('UPDATE collections SET dropped = 1 WHERE id = ?')
  }

  find(name: string): Collection | undefined {
    const known = this.#byName.get(name)
    if (known) return known
    const row = this.#select.get(name)
    if (!row) return undefined
    return this.#keep({ id: row[0], name, hasUniqueKeys: row[1] === 1 })
  }

  open(name: string): Collection {
    const known = this.find(name)
    if (known) return known
    const [id] = this.#insert.get(name) ?? [0]
    this.#created.push(name)
    return this.#keep({ id, name, hasUniqueKeys: false })
  }

  drop(collection: Collection): void {
    this.#drop.run(collection.id)
    this.#byName.delete(collection.name)
  }

  /** From here on `restore` takes back what was created. */
  mark(): void {
    this.#created.length = 0
  }

  restore(): void {
    for (const name of this.#created) this.#byName.delete(name)
    this.#created.length = 0
  }

  forget(): void {
    this.#byName.clear()
  }

  #keep(collection: Collection): Collection {
    this.#byName.set(collection.name, collection)
    return collection
  }
}
