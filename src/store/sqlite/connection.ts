import { DatabaseSync } from '@photostructure/sqlite'

/** What a column holds or a parameter takes. */
export type SqlValue = string | number | null | Uint8Array

/** A prepared statement whose rows are tuples of `Row`. */
export interface Statement<Row extends readonly unknown[]> {
  /** Runs it and gives the number of rows it changed. */
  run(...values: readonly SqlValue[]): number
  get(...values: readonly SqlValue[]): Row | undefined
  all(...values: readonly SqlValue[]): readonly Row[]
  iterate(...values: readonly SqlValue[]): Iterable<Row>
}

type Prepared = ReturnType<InstanceType<typeof DatabaseSync>['prepare']>

// Statements made from a caller's query: more are made again when they come back.
const preparedMax = 128

const busyCode = 5

/** One connection to a SQLite database. Nothing of it survives a crash but what the file holds. */
export class Connection {
  // A database that only its statements refer to would be closed by the garbage collector.
  readonly #database: InstanceType<typeof DatabaseSync>
  readonly #prepared = new Map<string, Prepared>()

  constructor(
    path: string,
    options: { readonly readOnly: boolean; readonly busyTimeoutMs: number },
  ) {
    this.#database = new DatabaseSync(path, {
      readOnly: options.readOnly,
      timeout: options.busyTimeoutMs,
    })
  }

  prepare<Row extends readonly unknown[] = []>(sql: string): Statement<Row> {
    const statement = this.#database.prepare(sql)
    statement.setReturnArrays(true)
    return toStatement(statement)
  }

  /** Prepares a statement whose text depends on a query, or takes the one prepared before. */
  prepareAgain<Row extends readonly unknown[] = []>(sql: string): Statement<Row> {
    const known = this.#prepared.get(sql)
    if (known) return toStatement(known)
    const statement = this.#database.prepare(sql)
    statement.setReturnArrays(true)
    if (this.#prepared.size >= preparedMax) this.#prepared.clear()
    this.#prepared.set(sql, statement)
    return toStatement(statement)
  }

  exec(sql: string): void {
    this.#database.exec(sql)
  }

  get isTransaction(): boolean {
    return this.#database.isTransaction
  }

  close(): void {
    this.#prepared.clear()
    this.#database.close()
  }
}

/** Whether an error says that another connection holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === busyCode
}

function toStatement<Row extends readonly unknown[]>(statement: Prepared): Statement<Row> {
  return {
    run: (...values) => statement.run(...values).changes,
    get: (...values) => statement.get(...values),
    all: (...values) => statement.all(...values),
    iterate: (...values) => statement.iterate(...values),
  }
}
