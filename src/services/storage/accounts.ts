// Survives a crash: every account. The accounts are also kept in memory, since each request asks for one.
import { randomBytes } from 'node:crypto'
import { newUuid } from '../../base/ids.ts'
import type { Store } from '../../store/store.ts'
import { developmentAccount, developmentKey, plainBlobService } from './account.ts'
import type { Account } from './account.ts'
import { accountNotFound } from './errors.ts'

const collection = 'storage/accounts'

/** An account as a request names it: the local one leads to the account that stands behind it. */
export interface NamedAccount {
  readonly account: Account
  /** The name that signatures carry. */
  readonly name: string
  readonly keys: readonly string[]
}

/** The storage accounts of the instance. */
export class Accounts {
  readonly #store: Store
  readonly #accounts = new Map<string, Account>()

  constructor(store: Store) {
    this.#store = store
  }

  async load(): Promise<void> {
    for await (const page of this.#store.scan({ collection })) {
      for (const { body } of page) {
        const account: Account = JSON.parse(body)
        this.#accounts.set(account.name, account)
      }
    }
    if (!this.#accounts.has(developmentAccount)) await this.put(newDevelopmentAccount())
  }

  /** Those of templates. */
  declared(): readonly Account[] {
    return this.list().filter(({ name }) => name !== developmentAccount)
  }

  /** Those of templates, and the local one. */
  list(): readonly Account[] {
    return [...this.#accounts.values()]
  }

  find(name: string): Account | undefined {
    return this.#accounts.get(name.toLowerCase())
  }

  /** The account of a name; throws where there is none. */
  get(name: string): Account {
    const account = this.find(name)
    if (!account) throw accountNotFound(name)
    return account
  }

  /** The account that a request names, with the keys that may sign for it. */
  resolve(name: string): NamedAccount | undefined {
    const account = this.find(name)
    if (!account) return undefined
    if (account.name !== developmentAccount) {
      return { account, name: account.name, keys: account.keys }
    }
    const behind = this.behindDevelopment() ?? account
    return { account: behind, name: developmentAccount, keys: account.keys }
  }

  /** Lets `devstoreaccount1` with its published key lead to an account. */
  async useForDevelopment(name: string): Promise<void> {
    const before = this.behindDevelopment()
    if (before?.name === name) return
    if (before) await this.put({ ...before, isBehindDevelopment: undefined })
    await this.put({ ...this.get(name), isBehindDevelopment: true })
  }

  /** The account that `devstoreaccount1` leads to; absent where it is an account of its own. */
  behindDevelopment(): Account | undefined {
    return this.list().find((account) => account.isBehindDevelopment === true)
  }

  async put(account: Account): Promise<void> {
    const { name } = account
    const body = JSON.stringify(account)
    const key = { collection, partition: name, id: name }
    await this.#store.write([{ kind: 'document.put', ...key, body, etag: newUuid() }])
    this.#accounts.set(name, account)
  }

  async delete(name: string): Promise<void> {
    const key = { collection, partition: name, id: name }
    await this.#store.write([{ kind: 'document.delete', ...key }])
    this.#accounts.delete(name)
  }
}

/** Two keys that nobody can guess. */
export function newKeys(): readonly [string, string] {
  return [randomBytes(64).toString('base64'), randomBytes(64).toString('base64')]
}

function newDevelopmentAccount(): Account {
  return {
    name: developmentAccount,
    resourceId: `/providers/Microsoft.Storage/storageAccounts/${developmentAccount}`,
    location: 'local',
    kind: 'StorageV2',
    sku: 'Standard_LRS',
    keys: [developmentKey, developmentKey],
    isHierarchical: false,
    allowsPublicAccess: true,
    allowsSharedKey: true,
    blobService: plainBlobService,
    properties: {},
  }
}
