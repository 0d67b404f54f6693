// Survives a crash: every container, deleted ones until their blobs are gone.
import type { Clock } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import type { StoredDocument } from '../../store/documents.ts'
import { ExpectationFailed, type Store } from '../../store/store.ts'
import type { Account } from './account.ts'
import type { AccessPolicy } from './access.ts'
import type { ContainerRecord, PublicAccess } from './container.ts'
import { isContainerName } from './container.ts'
import { checkConditions, checkLease, type Conditions } from './conditions.ts'
import { containerExists, containerNotFound, invalidResourceName, serverBusy } from './errors.ts'
import { applyLease, type LeaseAction, type LeaseOutcome } from './lease.ts'
import { overtakenCountMax } from './limits.ts'
import { etagOf, type Ticks } from './ticks.ts'

const collection = 'storage/containers'
const deletedCollection = 'storage/deleted-containers'

/** What a container can be made with. */
export interface ContainerOptions {
  readonly metadata?: Readonly<Record<string, string>>
  readonly publicAccess?: PublicAccess | undefined
}

/** The containers of all accounts. */
export class Containers {
  readonly #store: Store
  readonly #clock: Clock
  readonly #ticks: Ticks

  constructor(parts: { readonly store: Store; readonly clock: Clock; readonly ticks: Ticks }) {
    this.#store = parts.store
    this.#clock = parts.clock
    this.#ticks = parts.ticks
  }

  async find(account: string, name: string): Promise<ContainerRecord | undefined> {
    const document = await this.#store.getDocument(keyOf(account, name))
    return document && readContainer(document)
  }

  async get(account: string, name: string): Promise<ContainerRecord> {
    const found = await this.find(account, name)
    if (!found) throw containerNotFound()
    return found
  }

  async create(
    account: string,
    name: string,
    options: ContainerOptions = {},
  ): Promise<ContainerRecord> {
    if (!isContainerName(name)) throw invalidResourceName()
    const record = {
      id: newUuid(),
      name,
      metadata: options.metadata ?? {},
      publicAccess: options.publicAccess,
      policies: [],
      ...this.#stamp(),
    }
    try {
      await this.#write(account, record, 'absent')
    } catch (error) {
      throw error instanceof ExpectationFailed ? containerExists() : error
    }
    return record
  }

  /** The container of a name, made when there is none. */
  async ensure(account: string, name: string, options: ContainerOptions = {}): Promise<void> {
    if (await this.find(account, name)) return
    try {
      await this.create(account, name, options)
    } catch (error) {
      if (!(await this.find(account, name))) throw error
    }
  }

  setMetadata(
    account: string,
    name: string,
    change: { readonly metadata: Record<string, string>; readonly conditions: Conditions },
  ): Promise<ContainerRecord> {
    return this.#change(account, name, (found) => {
      this.#check(found, change.conditions)
      return { ...found, metadata: change.metadata, ...this.#stamp() }
    })
  }

  setPolicies(
    account: string,
    name: string,
    change: {
      readonly policies: readonly AccessPolicy[]
      readonly publicAccess: PublicAccess | undefined
      readonly conditions: Conditions
    },
  ): Promise<ContainerRecord> {
    const { policies, publicAccess, conditions } = change
    return this.#change(account, name, (found) => {
      this.#check(found, conditions)
      return { ...found, policies, publicAccess, ...this.#stamp() }
    })
  }

  async lease(
    account: string,
    name: string,
    asked: { readonly action: LeaseAction; readonly conditions: Conditions },
  ): Promise<LeaseOutcome & { readonly container: ContainerRecord }> {
    let outcome: LeaseOutcome | undefined
    const container = await this.#change(account, name, (found) => {
      checkConditions(found, asked.conditions)
      outcome = applyLease(found.lease, asked.action, this.#clock)
      return { ...found, lease: outcome.lease, ...this.#stamp() }
    })
    return { container, ...(outcome ?? { lease: undefined, remainingMs: 0 }) }
  }

  /** Hides a container with its blobs at once; they go later, or never where it is restored in time. */
  async delete(account: Account, name: string, conditions: Conditions = {}): Promise<void> {
    const found = await this.get(account.name, name)
    checkConditions(found, conditions)
    const { leaseId } = conditions
    const nowMs = this.#clock.now()
    // Of all that is done with a container only its end needs the lease.
    checkLease(found.lease, { leaseId, noun: 'container' }, nowMs)
    const days = account.blobService.containerRetentionDays ?? 0
    const untilMs = nowMs + days * 86_400_000
    const deleted = { version: versionOf(found.id), atMs: nowMs, untilMs }
    const body = JSON.stringify({ ...found, lease: undefined, deleted })
    const key = { ...keyOf(account.name, name), collection: deletedCollection, id: found.id }
    await this.#store.write([
      { kind: 'document.delete', ...keyOf(account.name, name), expect: 'present' },
      { kind: 'document.put', ...key, body, etag: newUuid() },
    ])
  }

  /** Takes a deletion back. */
  async restore(
    account: string,
    deleted: { readonly name: string; readonly version: string; readonly as: string },
  ): Promise<ContainerRecord> {
    const found = (await this.deleted(account)).find(
      (each) => each.name === deleted.name && each.deleted?.version === deleted.version,
    )
    if (!found) throw containerNotFound()
    const { deleted: _deletion, ...rest } = found
    const record = { ...rest, name: deleted.as, ...this.#stamp() }
    const body = JSON.stringify(record)
    const key = { collection: deletedCollection, partition: account, id: found.id }
    try {
      await this.#store.write([
        { kind: 'document.delete', ...key, expect: 'present' },
        {
          kind: 'document.put',
          ...keyOf(account, deleted.as),
          body,
          etag: newUuid(),
          expect: 'absent',
        },
      ])
    } catch (error) {
      throw error instanceof ExpectationFailed ? containerExists() : error
    }
    return record
  }

  /** Containers by name, from one on. */
  async list(account: string, from: string, limit: number): Promise<readonly ContainerRecord[]> {
    const list = { collection, partition: account, from, limit }
    return (await this.#store.listDocuments(list)).map(readContainer)
  }

  /** Containers that were deleted and whose blobs are not gone. */
  async deleted(account?: string): Promise<readonly ContainerRecord[]> {
    const partition = account === undefined ? {} : { partition: account }
    const records: ContainerRecord[] = []
    for await (const page of this.#store.scan({ collection: deletedCollection, ...partition })) {
      records.push(...page.map(readContainer))
    }
    return records
  }

  /** Forgets a deleted container, once its blobs are gone. */
  async forget(account: string, id: string): Promise<void> {
    const key = { collection: deletedCollection, partition: account, id }
    await this.#store.write([{ kind: 'document.delete', ...key }])
  }

  #check(found: ContainerRecord, conditions: Conditions): void {
    checkConditions(found, conditions)
    const { leaseId } = conditions
    if (leaseId !== undefined)
      checkLease(found.lease, { leaseId, noun: 'container' }, this.#clock.now())
  }

  #stamp(): { readonly etag: string; readonly modifiedMs: number } {
    return { etag: etagOf(this.#ticks.next()), modifiedMs: this.#clock.now() }
  }

  async #change(
    account: string,
    name: string,
    step: (found: ContainerRecord) => ContainerRecord,
  ): Promise<ContainerRecord> {
    for (let attempt = 0; attempt < overtakenCountMax; attempt += 1) {
      const document = await this.#store.getDocument(keyOf(account, name))
      if (!document) throw containerNotFound()
      const next = step(readContainer(document))
      try {
        await this.#write(account, next, { etag: document.etag })
        return next
      } catch (error) {
        if (!(error instanceof ExpectationFailed)) throw error
      }
    }
    throw serverBusy()
  }

  async #write(
    account: string,
    record: ContainerRecord,
    expect: 'absent' | { readonly etag: string },
  ): Promise<void> {
    const key = keyOf(account, record.name)
    const body = JSON.stringify(record)
    await this.#store.write([{ kind: 'document.put', ...key, body, etag: newUuid(), expect }])
  }
}

/** Where the document of a container is; a batch that writes a blob checks that it is there. */
export function keyOf(
  account: string,
  name: string,
): { collection: string; partition: string; id: string } {
  return { collection, partition: account, id: name }
}

function versionOf(id: string): string {
  return id.replaceAll('-', '').slice(0, 16).toUpperCase()
}

function readContainer(document: StoredDocument): ContainerRecord {
  const record: ContainerRecord = JSON.parse(document.body)
  return record
}
