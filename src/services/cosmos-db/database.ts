// What survives a crash: the record of each database and container; the maps here are read from the store
// at start and changed after the store was.
import { stringMember, type JsonObject } from '../../base/json.ts'
import { ExpectationFailed } from '../../store/store.ts'
import { Container, itemCollection, scriptCollection } from './container.ts'
import {
  parseContainerDefinition,
  type ContainerDefinition,
  type ContainerRecord,
} from './container-definition.ts'
import type { CosmosDbParts } from './container-scope.ts'
import { badRequest, conflict, ownerNotFound } from './errors.ts'
import { grownFeedRanges, newFeedRanges } from './feed-range.ts'
import { newEtag } from './item.ts'
import { newVersion, unknownVersion, type RecordVersion } from './record-version.ts'
import { checkResourceName } from './resource-name.ts'
import { NamedResources } from './named-resources.ts'
import { databaseRid, newResourceNumber, permissionRid, userRid } from './resource-id.ts'
import { requestUnitsOf, type Throughput } from './throughput.ts'

/** A database as it is kept. */
export interface DatabaseRecord {
  readonly name: string
  readonly number: number
  /** Shared by the containers that have none of their own. */
  readonly throughput?: Throughput
  /** Absent in records of earlier releases. */
  readonly version?: RecordVersion
}

export const databaseRecords = 'cosmos-db/databases'
const containerRecords = 'cosmos-db/containers'

/** A database of containers: https://learn.microsoft.com/azure/cosmos-db/resource-model */
export class Database {
  readonly name: string
  readonly rid: string
  readonly #parts: CosmosDbParts
  readonly #account: { readonly name: string; readonly host: string }
  readonly #containers = new Map<string, Container>()
  #record: DatabaseRecord

  constructor(
    parts: CosmosDbParts,
    account: { readonly name: string; readonly host: string },
    record: DatabaseRecord,
  ) {
    this.name = record.name
    this.rid = databaseRid(record.number)
    this.#parts = parts
    this.#account = account
    this.#record = record
  }

  get throughput(): Throughput | undefined {
    return this.#record.throughput
  }

  get version(): RecordVersion {
    return this.#record.version ?? unknownVersion
  }

  /** Reads the containers that the store holds. */
  async load(): Promise<void> {
    const scan = { collection: containerRecords, partition: this.#partition }
    for await (const page of this.#parts.store.scan(scan)) {
      for (const { body } of page) this.#add(parseContainerRecord(body))
    }
  }

  close(): void {
    for (const container of this.#containers.values()) container.close()
  }

  containers(): readonly Container[] {
    return [...this.#containers.values()]
  }

  /** The container of that name; names are case-sensitive. */
  container(name: string): Container {
    const container = this.#containers.get(name)
    if (!container) throw ownerNotFound()
    return container
  }

  findContainer(name: string): Container | undefined {
    return this.#containers.get(name)
  }

  /** https://learn.microsoft.com/rest/api/cosmos-db/users */
  users(): NamedResources {
    return new NamedResources({
      store: this.#parts.store,
      collection: this.#collectionOf('users'),
      partition: '',
      ridOf: (number) => userRid(this.#record.number, number),
      selfPrefix: `dbs/${this.rid}/users/`,
    })
  }

  /** The permissions of a user: https://learn.microsoft.com/rest/api/cosmos-db/permissions */
  async permissions(user: string): Promise<NamedResources> {
    const rid = stringMember(await this.users().get(user), '_rid') ?? ''
    return new NamedResources({
      store: this.#parts.store,
      collection: this.#collectionOf('permissions'),
      partition: user,
      ridOf: (number) => permissionRid(rid, number),
      selfPrefix: `dbs/${this.rid}/users/${rid}/permissions/`,
    })
  }

  /** With the user go its permissions. */
  async deleteUser(name: string, ifMatch?: string): Promise<void> {
    const permissions = await this.permissions(name)
    const ids = (await permissions.list()).map((each) => stringMember(each, 'id') ?? '')
    await this.users().delete(name, ifMatch)
    for (const id of ids) await permissions.delete(id)
  }

  /** https://learn.microsoft.com/rest/api/cosmos-db/create-a-collection */
  async createContainer(
    resource: JsonObject,
    options: { readonly throughput?: Throughput } = {},
  ): Promise<Container> {
    const definition = parseContainerDefinition(resource)
    checkResourceName(definition.id)
    const { throughput } = options
    const record: ContainerRecord = {
      definition,
      numbers: { database: this.#record.number, container: newResourceNumber() },
      ...(throughput ? { throughput } : {}),
      ranges: newFeedRanges(requestUnitsOf(throughput ?? this.throughput)),
      version: newVersion(this.#parts.clock),
    }
    try {
      await this.#put(record, { expect: 'absent' })
    } catch (error) {
      throw error instanceof ExpectationFailed ? conflict() : error
    }
    return this.#add(record)
  }

  async createContainerIfNotExists(
    resource: JsonObject,
    options: { readonly throughput?: Throughput } = {},
  ): Promise<Container> {
    const name = stringMember(resource, 'id') ?? ''
    const existing = this.#containers.get(name)
    if (existing) return existing
    try {
      return await this.createContainer(resource, options)
    } catch (error) {
      const other = this.#containers.get(name)
      if (other) return other
      throw error
    }
  }

  /** Changes what may change: expiry, indexing and throughput. The partition key never does. */
  async replaceContainer(
    resource: JsonObject,
    options: { readonly throughput?: Throughput } = {},
  ): Promise<Container> {
    const definition = parseContainerDefinition(resource)
    const container = this.container(definition.id)
    checkUnchanged(container.definition, definition)
    const throughput = options.throughput ?? container.record.throughput
    if (definition.defaultTtl !== container.definition.defaultTtl) this.#warnOfExpiry(container)
    await this.#change(container, {
      ...container.record,
      definition,
      ...(throughput ? { throughput } : {}),
    })
    return container
  }

  async deleteContainer(name: string): Promise<void> {
    const container = this.container(name)
    await this.#parts.store.write([
      {
        kind: 'document.delete',
        collection: containerRecords,
        partition: this.#partition,
        id: name,
      },
      { kind: 'collection.drop', collection: itemCollection(container.record) },
      { kind: 'collection.drop', collection: scriptCollection(container.record) },
    ])
    this.#containers.delete(name)
    container.close()
  }

  /** Changes the shared throughput; containers without their own follow with their ranges. */
  async replaceThroughput(throughput: Throughput): Promise<void> {
    const version = newVersion(this.#parts.clock)
    const record: DatabaseRecord = { ...this.#record, throughput, version }
    await writeDatabaseRecord(this.#parts, this.#account.name, record)
    this.#record = record
    for (const container of this.containers()) {
      if (!container.record.throughput) await this.#change(container, container.record)
    }
  }

  /** Forgets its users; the account deletes its record. */
  async dropUsers(): Promise<void> {
    await this.#parts.store.write(
      (['users', 'permissions'] as const).map((kind) => ({
        kind: 'collection.drop',
        collection: this.#collectionOf(kind),
      })),
    )
  }

  #collectionOf(kind: 'users' | 'permissions'): string {
    return `cosmos-db/${kind}/${this.#record.number.toString(16)}`
  }

  get #partition(): string {
    return `${this.#account.name}/${this.name}`
  }

  #warnOfExpiry(container: Container): void {
    const ids = { database: this.name, container: container.name }
    const message = 'the new default time to live holds for items that are written from now on'
    this.#parts.logger.warn(ids, message)
  }

  async #change(container: Container, changed: ContainerRecord): Promise<void> {
    const requestUnits = requestUnitsOf(changed.throughput ?? this.throughput)
    const ranges = grownFeedRanges(changed.ranges, requestUnits)
    const record = { ...changed, ranges, version: newVersion(this.#parts.clock) }
    await this.#put(record, { expect: 'present' })
    container.adopt(record)
  }

  async #put(record: ContainerRecord, options: { expect: 'absent' | 'present' }): Promise<void> {
    await this.#parts.store.write([
      {
        kind: 'document.put',
        collection: containerRecords,
        partition: this.#partition,
        id: record.definition.id,
        body: JSON.stringify(record),
        etag: newEtag(),
        expect: options.expect,
      },
    ])
  }

  #add(record: ContainerRecord): Container {
    const place = { accountHost: this.#account.host, database: this.name }
    const container = new Container(this.#parts, place, record)
    this.#containers.set(container.name, container)
    return container
  }
}

/** Writes a database's record; fails when `expect` does not hold. */
export async function writeDatabaseRecord(
  parts: CosmosDbParts,
  account: string,
  record: DatabaseRecord,
  expect?: 'absent',
): Promise<void> {
  await parts.store.write([
    {
      kind: 'document.put',
      collection: databaseRecords,
      partition: account,
      id: record.name,
      body: JSON.stringify(record),
      etag: newEtag(),
      ...(expect ? { expect } : {}),
    },
  ])
}

function checkUnchanged(before: ContainerDefinition, after: ContainerDefinition): void {
  const { paths, kind } = before.partitionKey
  const same = JSON.stringify(paths) === JSON.stringify(after.partitionKey.paths)
  if (!same || kind !== after.partitionKey.kind) {
    throw badRequest('Document collection partition key cannot be changed.')
  }
  if (JSON.stringify(before.uniqueKeys) !== JSON.stringify(after.uniqueKeys)) {
    throw badRequest('The unique index cannot be modified.')
  }
}

// Only this file writes these records, so they need no second check.
function parseContainerRecord(body: string): ContainerRecord {
  const record: ContainerRecord = JSON.parse(body)
  return record
}
