// Survives a crash: every table with its stored policies.
import { newUuid } from '../../../base/ids.ts'
import type { CheckDocument, StoredDocument } from '../../../store/documents.ts'
import { ExpectationFailed, type Store } from '../../../store/store.ts'
import type { AccessPolicy } from '../access.ts'
import { entitiesOf } from './entity.ts'
import { tableExists, tableNotFound } from './errors.ts'
import { checkTableName, type TableRecord } from './table.ts'

const collection = 'storage/tables'

/** The tables of all accounts. */
export class Tables {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async find(account: string, name: string): Promise<TableRecord | undefined> {
    const document = await this.#store.getDocument(keyOf(account, name))
    return document && readTable(document)
  }

  async get(account: string, name: string): Promise<TableRecord> {
    const found = await this.find(account, name)
    if (!found) throw tableNotFound()
    return found
  }

  async create(account: string, name: string): Promise<TableRecord> {
    checkTableName(name)
    const table = { id: newUuid(), account, name, policies: [] }
    try {
      await this.#store.write([{ ...putOf(table), expect: 'absent' }])
    } catch (error) {
      throw error instanceof ExpectationFailed ? tableExists() : error
    }
    return table
  }

  /** The table of a name, made when there is none. */
  async ensure(account: string, name: string): Promise<TableRecord> {
    const found = await this.find(account, name)
    if (found) return found
    try {
      return await this.create(account, name)
    } catch (error) {
      const made = await this.find(account, name)
      if (!made) throw error
      return made
    }
  }

  async setPolicies(table: TableRecord, policies: readonly AccessPolicy[]): Promise<void> {
    const put = putOf({ ...table, policies })
    await mustBeThere(() => this.#store.write([{ ...put, expect: { etag: table.id } }]))
  }

  /** Removes a table with its entities. */
  async delete(table: TableRecord): Promise<void> {
    const key = keyOf(table.account, table.name)
    await mustBeThere(() =>
      this.#store.write([
        { kind: 'document.delete', ...key, expect: { etag: table.id } },
        { kind: 'collection.drop', collection: entitiesOf(table) },
      ]),
    )
  }

  /** Tables by name, from one on. */
  async list(account: string, from: string, limit: number): Promise<readonly TableRecord[]> {
    const list = { collection, partition: account, from: from.toLowerCase(), limit }
    return (await this.#store.listDocuments(list)).map(readTable)
  }
}

/** What a batch that writes an entity expects: the table is there, and is the same one. */
export function expectTable(table: TableRecord): CheckDocument {
  const key = keyOf(table.account, table.name)
  return { kind: 'document.check', ...key, expect: { etag: table.id } }
}

async function mustBeThere(write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    throw error instanceof ExpectationFailed ? tableNotFound() : error
  }
}

function putOf(table: TableRecord) {
  const key = keyOf(table.account, table.name)
  return { kind: 'document.put', ...key, body: JSON.stringify(table), etag: table.id } as const
}

function keyOf(account: string, name: string) {
  return { collection, partition: account, id: name.toLowerCase() }
}

function readTable(document: StoredDocument): TableRecord {
  const table: TableRecord = JSON.parse(document.body)
  return table
}
