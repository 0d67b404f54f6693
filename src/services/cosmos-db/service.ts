// What survives a crash: accounts with their keys, databases, containers, items. What is in memory is a copy.
import type { JsonObject } from '../../base/json.ts'
import type { Startable } from '../../base/lifecycle.ts'
import type { Clock } from '../../base/clock.ts'
import { ExpectationFailed } from '../../store/store.ts'
import { Account, newAccountKeys, type AccountKeys, type AccountRecord } from './account.ts'
import type { CosmosDbParts } from './container-scope.ts'
import { badRequest, conflict, notFound } from './errors.ts'
import type { CosmosIdentity } from './identity.ts'
import { newEtag } from './item.ts'
import { Scripts } from './scripts/scripts.ts'

export interface CosmosDbOptions extends Omit<CosmosDbParts, 'scripts'> {
  readonly identity?: CosmosIdentity
}

const developmentAccountName = 'localhost'
const accountRecords = 'cosmos-db/accounts'

/** Azure Cosmos DB for NoSQL: https://learn.microsoft.com/azure/cosmos-db/ */
export class CosmosDb implements Startable {
  /** Who tokens are of; without it only keys are let in. */
  readonly identity: CosmosIdentity | undefined
  readonly clock: Clock
  readonly #parts: CosmosDbParts
  readonly #accounts = new Map<string, Account>()

  constructor({ identity, ...parts }: CosmosDbOptions) {
    this.#parts = { ...parts, scripts: new Scripts() }
    this.identity = identity
    this.clock = parts.clock
  }

  /** Reads what accounts, databases and containers the store holds. */
  async start(): Promise<void> {
    for await (const page of this.#parts.store.scan({ collection: accountRecords })) {
      for (const { body } of page) await this.#add(parseAccountRecord(body)).load()
    }
  }

  async stop(): Promise<void> {
    for (const account of this.#accounts.values()) account.close()
    this.#accounts.clear()
    await this.#parts.scripts.stop()
  }

  accounts(): readonly Account[] {
    return [...this.#accounts.values()]
  }

  /** The account of that name, in any case. */
  account(name: string): Account | undefined {
    return this.#accounts.get(name.toLowerCase())
  }

  /** Makes an account with new keys; `properties` are those of its resource. */
  async createAccount(name: string, properties: JsonObject = {}): Promise<Account> {
    checkAccountName(name)
    const record = { name: name.toLowerCase(), keys: newAccountKeys(), properties }
    try {
      await this.#write(record, { expect: 'absent' })
    } catch (error) {
      throw error instanceof ExpectationFailed ? conflict() : error
    }
    return this.#add(record)
  }

  async createAccountIfNotExists(name: string): Promise<Account> {
    return this.account(name) ?? (await this.createAccount(name))
  }

  /** The account that the published key opens: the first one, or one that is made for it. */
  async developmentAccount(): Promise<Account> {
    const [first] = this.#declared()
    return first ?? (await this.createAccountIfNotExists(developmentAccountName))
  }

  /** The account that an address of this machine means without a key: with a single one there is no doubt. */
  onlyAccount(): Account | undefined {
    const declared = this.#declared()
    return declared.length > 1 ? undefined : (declared[0] ?? this.account(developmentAccountName))
  }

  #declared(): readonly Account[] {
    return this.accounts().filter(({ name }) => name !== developmentAccountName)
  }

  /** Keeps the keys and everything in the account. */
  async replaceAccount(name: string, properties: JsonObject): Promise<Account> {
    const account = this.account(name)
    if (!account) throw notFound()
    const record = { ...account.record, properties }
    await this.#write(record, { expect: 'present' })
    account.adopt(record)
    return account
  }

  /** https://learn.microsoft.com/rest/api/cosmos-db-resource-provider/database-accounts/regenerate-key */
  async regenerateKey(name: string, kind: string): Promise<void> {
    const account = this.account(name)
    if (!account) throw notFound()
    const property = keyProperty(kind)
    const keys = { ...account.keys, [property]: newAccountKeys()[property] }
    const record = { ...account.record, keys }
    await this.#write(record, { expect: 'present' })
    account.adopt(record)
  }

  async deleteAccount(name: string): Promise<void> {
    const account = this.account(name)
    if (!account) throw notFound()
    for (const database of account.databases()) await account.deleteDatabase(database.name)
    await this.#parts.store.write([
      { kind: 'document.delete', collection: accountRecords, partition: '', id: account.name },
    ])
    this.#accounts.delete(account.name)
  }

  async #write(record: AccountRecord, options: { expect: 'absent' | 'present' }): Promise<void> {
    await this.#parts.store.write([
      {
        kind: 'document.put',
        collection: accountRecords,
        partition: '',
        id: record.name,
        body: JSON.stringify(record),
        etag: newEtag(),
        expect: options.expect,
      },
    ])
  }

  #add(record: AccountRecord): Account {
    const account = new Account(this.#parts, record)
    this.#accounts.set(account.name, account)
    return account
  }
}

function keyProperty(kind: string): keyof AccountKeys {
  switch (kind) {
    case 'primary':
      return 'primaryMasterKey'
    case 'secondary':
      return 'secondaryMasterKey'
    case 'primaryReadonly':
      return 'primaryReadonlyMasterKey'
    case 'secondaryReadonly':
      return 'secondaryReadonlyMasterKey'
    default:
      throw badRequest(`The key kind '${kind}' is not valid.`)
  }
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftdocumentdb */
function checkAccountName(name: string): void {
  if (/^[a-z\d](-?[a-z\d])+$/i.test(name) && name.length >= 3 && name.length <= 44) return
  throw badRequest(
    `DatabaseAccount name '${name}' is not valid: 3 to 44 letters, digits and single hyphens, ` +
      'and no hyphen first or last.',
  )
}

// Only this file writes these records, so they need no second check.
function parseAccountRecord(body: string): AccountRecord {
  const record: AccountRecord = JSON.parse(body)
  return record
}
