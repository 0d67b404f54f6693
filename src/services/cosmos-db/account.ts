// What survives a crash: the account with its keys, and the records of its databases.
import { randomBytes } from 'node:crypto'
import { isJsonObject, stringMember, type JsonObject, type JsonValue } from '../../base/json.ts'
import { ExpectationFailed } from '../../store/store.ts'
import type { CosmosDbParts } from './container-scope.ts'
import { Database, databaseRecords, writeDatabaseRecord, type DatabaseRecord } from './database.ts'
import { conflict, ownerNotFound } from './errors.ts'
import { newVersion } from './record-version.ts'
import { checkResourceName } from './resource-name.ts'
import { newResourceNumber } from './resource-id.ts'
import type { Throughput } from './throughput.ts'

/** The published key of the local development account: it opens the account of the solution, on this machine. */
export const developmentKey =
  'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=='

/** Base64 keys of 64 bytes, made once: https://learn.microsoft.com/azure/cosmos-db/secure-access-to-data */
export interface AccountKeys {
  readonly primaryMasterKey: string
  readonly secondaryMasterKey: string
  readonly primaryReadonlyMasterKey: string
  readonly secondaryReadonlyMasterKey: string
}

/** An account as it is kept. */
export interface AccountRecord {
  readonly name: string
  readonly keys: AccountKeys
  /** The properties of its resource, kept to be read back. */
  readonly properties: JsonObject
}

/** An account of databases: https://learn.microsoft.com/azure/cosmos-db/account-databases-containers-items */
export class Account {
  readonly name: string
  /** `shop.documents.azure.com` */
  readonly host: string
  readonly #parts: CosmosDbParts
  readonly #databases = new Map<string, Database>()
  #record: AccountRecord

  constructor(parts: CosmosDbParts, record: AccountRecord) {
    this.#parts = parts
    this.#record = record
    this.name = record.name
    this.host = `${record.name}.documents.azure.com`
  }

  /** `https://shop.documents.azure.com:443/` */
  get documentEndpoint(): string {
    return `https://${this.host}:443/`
  }

  /** The names of its regions, the one for writing first. */
  get regions(): readonly string[] {
    const locations = this.#record.properties['locations']
    const names = (Array.isArray(locations) ? locations : [])
      .toSorted((left, right) => failoverPriority(left) - failoverPriority(right))
      .flatMap((each) => stringMember(each, 'locationName') ?? [])
    return names.length > 0 ? names : [defaultRegion]
  }

  /** Its name in Azure, and those of its regions. */
  get hosts(): readonly string[] {
    const regions = this.regions.map((region) => region.toLowerCase().replaceAll(' ', ''))
    return [this.host, ...regions.map((region) => `${this.name}-${region}.documents.azure.com`)]
  }

  /** True where the template lets only tokens of Entra ID in. */
  get refusesKeys(): boolean {
    return this.#record.properties['disableLocalAuth'] === true
  }

  /** True where nothing has throughput of its own. */
  get isServerless(): boolean {
    const capabilities = this.#record.properties['capabilities']
    return (
      Array.isArray(capabilities) &&
      capabilities.some((each) => stringMember(each, 'name') === 'EnableServerless')
    )
  }

  get keys(): AccountKeys {
    return this.#record.keys
  }

  get record(): AccountRecord {
    return this.#record
  }

  adopt(record: AccountRecord): void {
    this.#record = record
  }

  /** Reads the databases that the store holds. */
  async load(): Promise<void> {
    const scan = { collection: databaseRecords, partition: this.name }
    for await (const page of this.#parts.store.scan(scan)) {
      for (const { body } of page) await this.#add(parseDatabaseRecord(body)).load()
    }
  }

  close(): void {
    for (const database of this.#databases.values()) database.close()
  }

  databases(): readonly Database[] {
    return [...this.#databases.values()]
  }

  /** The database of that name; names are case-sensitive. */
  database(name: string): Database {
    const database = this.#databases.get(name)
    if (!database) throw ownerNotFound()
    return database
  }

  findDatabase(name: string): Database | undefined {
    return this.#databases.get(name)
  }

  /** https://learn.microsoft.com/rest/api/cosmos-db/create-a-database */
  async createDatabase(
    name: string,
    options: { readonly throughput?: Throughput } = {},
  ): Promise<Database> {
    checkResourceName(name)
    const { throughput } = options
    const number = newResourceNumber()
    const version = newVersion(this.#parts.clock)
    const record: DatabaseRecord = { name, number, version, ...(throughput ? { throughput } : {}) }
    try {
      await writeDatabaseRecord(this.#parts, this.name, record, 'absent')
    } catch (error) {
      throw error instanceof ExpectationFailed ? conflict() : error
    }
    return this.#add(record)
  }

  async createDatabaseIfNotExists(
    name: string,
    options: { readonly throughput?: Throughput } = {},
  ): Promise<Database> {
    const existing = this.#databases.get(name)
    if (existing) return existing
    try {
      return await this.createDatabase(name, options)
    } catch (error) {
      const other = this.#databases.get(name)
      if (other) return other
      throw error
    }
  }

  async deleteDatabase(name: string): Promise<void> {
    const database = this.database(name)
    for (const container of database.containers()) await database.deleteContainer(container.name)
    await database.dropUsers()
    await this.#parts.store.write([
      { kind: 'document.delete', collection: databaseRecords, partition: this.name, id: name },
    ])
    this.#databases.delete(name)
  }

  #add(record: DatabaseRecord): Database {
    const database = new Database(this.#parts, this, record)
    this.#databases.set(record.name, database)
    return database
  }
}

export function newAccountKeys(): AccountKeys {
  const key = (): string => randomBytes(64).toString('base64')
  return {
    primaryMasterKey: key(),
    secondaryMasterKey: key(),
    primaryReadonlyMasterKey: key(),
    secondaryReadonlyMasterKey: key(),
  }
}

const defaultRegion = 'West Europe'

function failoverPriority(location: JsonValue): number {
  const priority = isJsonObject(location) ? location['failoverPriority'] : undefined
  return typeof priority === 'number' ? priority : 0
}

// Only this folder writes these records, so they need no second check.
function parseDatabaseRecord(body: string): DatabaseRecord {
  const record: DatabaseRecord = JSON.parse(body)
  return record
}
