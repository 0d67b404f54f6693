import { createHash } from 'node:crypto'
import { indexedPathsMax } from '../limits.ts'
import type { Connection, Statement } from './connection.ts'
import { bodyExpression } from './scan-conditions.ts'

/** The name of the index that a collection has, or may get, on an expression over the body. */
export function bodyIndexName(collection: number, expression: string): string {
  const digest = createHash('sha256').update(expression).digest('hex').slice(0, 16)
  return `${prefixOf(collection)}${digest}`
}

/** Makes and drops the indexes on paths into the bodies of a collection. */
export class BodyIndexes {
  readonly #connection: Connection
  readonly #names: Statement<[name: string]>

  constructor(connection: Connection) {
    this.#connection = connection
    this.#names = connection.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'index' AND name >= ? AND name < ? || '~'",
    )
  }

  create(collection: number, path: readonly (string | number)[]): void {
    const expression = bodyExpression(path)
    const names = this.#namesOf(collection)
    if (expression === undefined || names.length >= indexedPathsMax) return
    this.#connection.exec(
      `CREATE INDEX IF NOT EXISTS ${bodyIndexName(collection, expression)} ` +
        `ON documents (${expression}) WHERE collection = ${collection}`,
    )
  }

  dropAll(collection: number): void {
    for (const name of this.#namesOf(collection)) this.#connection.exec(`DROP INDEX ${name}`)
  }

  #namesOf(collection: number): readonly string[] {
    const prefix = prefixOf(collection)
    return this.#names.all(prefix, prefix).map(([name]) => name)
  }
}

function prefixOf(collection: number): string {
  return `body_${collection}_`
}
