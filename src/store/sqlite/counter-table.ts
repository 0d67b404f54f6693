import type {
  AddToCounter,
  CounterKey,
  CounterList,
  CounterResult,
  DropCounters,
  SetCounter,
  StoredCounter,
} from '../counters.ts'
import type { Connection, Statement } from './connection.ts'
import type { Touched } from './touched.ts'
import { expectThat, type Turn } from './turn.ts'

type CounterRow = [key: string, value: number, expiresAtMs: number | null]

const liveSql = '(expires_at IS NULL OR expires_at > ?)'

/** Applies the operations on counters. All of it survives a crash. */
export class CounterWriter {
  readonly #touched: Touched
  readonly #get: Statement<CounterRow>
  readonly #put: Statement<[]>
  readonly #drop: Statement<[]>

  constructor(connection: Connection, touched: Touched) {
    this.#touched = touched
    this.#get = connection.prepare(
      `SELECT key, value, expires_at FROM counters WHERE collection = ? AND key = ? AND ${liveSql}`,
    )
    this.#put = connection.prepare('INSERT OR REPLACE INTO counters VALUES (?, ?, ?, ?)')
    this.#drop = connection.prepare('DELETE FROM counters WHERE collection = ?')
  }

  add(operation: AddToCounter, turn: Turn): CounterResult {
    const { by, max = Infinity } = operation
    const row = this.#get.get(operation.collection, operation.key, turn.nowMs)
    const value = (row?.[1] ?? 0) + by
    expectThat(value <= max, 'limit', turn)
    return this.#write(operation, value, row)
  }

  set(operation: SetCounter, turn: Turn): CounterResult {
    const row = this.#get.get(operation.collection, operation.key, turn.nowMs)
    return this.#write(operation, operation.value, row)
  }

  drop({ collection }: DropCounters): undefined {
    this.#drop.run(collection)
  }

  #write(
    operation: AddToCounter | SetCounter,
    value: number,
    row: CounterRow | undefined,
  ): CounterResult {
    const expiresAtMs = row ? row[2] : (operation.expiresAtMs ?? null)
    this.#put.run(operation.collection, operation.key, value, expiresAtMs)
    if (expiresAtMs !== null) this.#touched.sweepAt(expiresAtMs)
    return { value }
  }
}

/** Reads counters as the last commit left them. */
export class CounterReader {
  readonly #get: Statement<CounterRow>
  readonly #list: Statement<CounterRow>

  constructor(connection: Connection) {
    const columns = 'SELECT key, value, expires_at FROM counters WHERE collection = ?'
    this.#get = connection.prepare(`${columns} AND key = ? AND ${liveSql}`)
    this.#list = connection.prepare(
      `${columns} AND key >= ? AND substr(key, 1, length(?)) = ? AND ${liveSql} ORDER BY key LIMIT ?`,
    )
  }

  get({ collection, key }: CounterKey, nowMs: number): StoredCounter | undefined {
    const row = this.#get.get(collection, key, nowMs)
    return row && toStoredCounter(collection, row)
  }

  list({ collection, prefix, limit }: CounterList, nowMs: number): readonly StoredCounter[] {
    return this.#list
      .all(collection, prefix, prefix, prefix, nowMs, limit)
      .map((row) => toStoredCounter(collection, row))
  }
}

function toStoredCounter(collection: string, row: CounterRow): StoredCounter {
  const [key, value, expiresAtMs] = row
  return { collection, key, value, ...(expiresAtMs === null ? {} : { expiresAtMs }) }
}
