// Survives a crash: every secret is one document with its versions. A deleted one stays until its time to be purged.
import type { Clock } from '../../base/clock.ts'
import { newUuid, randomHex } from '../../base/ids.ts'
import { parseJson } from '../../base/json.ts'
import type { StoredDocument } from '../../store/documents.ts'
import { ExpectationFailed } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'
import {
  badParameter,
  deletedSecretNotFound,
  purgeProtected,
  secretDisabled,
  secretIsBusy,
  secretIsDeleted,
  secretNotFound,
} from './errors.ts'
import { overtakenCountMax, versionCountMax } from './limits.ts'
import { currentVersion, readSecret } from './secret.ts'
import type { Secret, SecretProperties, SecretVersion } from './secret.ts'
import type { Vault } from './vault.ts'

/** A secret, and the one of its versions that a call is about. */
export interface FoundSecret {
  readonly secret: Secret
  readonly version: SecretVersion
}

const daySeconds = 86_400

/** The secrets of all vaults: https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups */
export class Secrets {
  readonly #store: Store
  readonly #clock: Clock

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store
    this.#clock = options.clock
  }

  /** A version of a secret, the newest where none is named; a disabled one is refused. */
  async get(vault: Vault, name: string, version?: string): Promise<FoundSecret> {
    const found = versionOf(await this.live(vault, name), version)
    if (!found.version.enabled) throw secretDisabled()
    return found
  }

  /** A secret that is not deleted. */
  async live(vault: Vault, name: string): Promise<Secret> {
    const secret = await this.#read(vault, name)
    if (!secret || secret.deleted) throw secretNotFound(name)
    return secret
  }

  /** A secret that is deleted and can be recovered. */
  async deleted(vault: Vault, name: string): Promise<Secret> {
    const secret = await this.#read(vault, name)
    if (!secret?.deleted) throw deletedSecretNotFound(name)
    return secret
  }

  /** Every secret of a vault by name, those that are deleted or the others. */
  async list(vault: Vault, options: { isDeleted: boolean }): Promise<readonly Secret[]> {
    const secrets: Secret[] = []
    for await (const page of this.#store.scan(partitionOf(vault.name))) {
      for (const document of page) secrets.push(readSecret(parseJson(document.body)))
    }
    return secrets
      .filter((secret) => (secret.deleted !== undefined) === options.isDeleted)
      .toSorted((left, right) => (left.name.toLowerCase() < right.name.toLowerCase() ? -1 : 1))
  }

  /** Makes a new version, and with the first one the secret. */
  async set(
    vault: Vault,
    name: string,
    given: SecretProperties & { readonly value: string },
  ): Promise<FoundSecret> {
    const seconds = this.#seconds()
    const version = {
      ...given,
      enabled: given.enabled ?? true,
      version: randomHex(16),
      created: seconds,
      updated: seconds,
    }
    const secret = await this.#change(vault, name, (old) => {
      if (old?.deleted) throw secretIsDeleted(name)
      const versions = [...(old?.versions ?? []), version]
      if (versions.length > versionCountMax) {
        throw badParameter(`A secret can have at most ${versionCountMax} versions.`)
      }
      return { name: old?.name ?? name, versions }
    })
    return { secret, version }
  }

  /** Changes what is said of a version; its value stays. */
  async update(
    vault: Vault,
    address: { readonly name: string; readonly version?: string },
    given: SecretProperties,
  ): Promise<FoundSecret> {
    const updated = this.#seconds()
    const { name } = address
    let changed = ''
    const secret = await this.#change(vault, name, (old) => {
      if (!old || old.deleted) throw secretNotFound(name)
      const { version } = versionOf(old, address.version)
      changed = version.version
      const versions = old.versions.map((each) =>
        each === version ? { ...each, ...given, updated } : each,
      )
      return { ...old, versions }
    })
    return versionOf(secret, changed)
  }

  async delete(vault: Vault, name: string): Promise<Secret> {
    const at = this.#seconds()
    return this.#change(vault, name, (old) => {
      if (!old || old.deleted) throw secretNotFound(name)
      return { ...old, deleted: { at, purgeAt: at + vault.retentionDays * daySeconds } }
    })
  }

  async recover(vault: Vault, name: string): Promise<Secret> {
    return this.#change(vault, name, (old) => {
      if (!old?.deleted) throw deletedSecretNotFound(name)
      return { name: old.name, versions: old.versions }
    })
  }

  /** Ends a deleted secret for good. */
  async purge(vault: Vault, name: string): Promise<void> {
    await this.deleted(vault, name)
    if (vault.isPurgeProtected) throw purgeProtected()
    const key = keyOf(vault.name, name)
    const document = await this.#store.getDocument(key)
    if (!document || !readSecret(parseJson(document.body)).deleted) return
    const expect = { etag: document.etag }
    try {
      await this.#store.write([{ kind: 'document.delete', ...key, expect }])
    } catch (error) {
      if (error instanceof ExpectationFailed) throw secretIsBusy(name)
      throw error
    }
  }

  /** Deletes all secrets of a vault. */
  async drop(vaultName: string): Promise<void> {
    for await (const page of this.#store.scan(partitionOf(vaultName))) {
      await this.#store.write(
        page.map(({ id, partition }) => ({
          kind: 'document.delete' as const,
          collection,
          partition,
          id,
        })),
      )
    }
  }

  async #read(vault: Vault, name: string): Promise<Secret | undefined> {
    const document = await this.#store.getDocument(keyOf(vault.name, name))
    return document && readSecret(parseJson(document.body))
  }

  // A writer that was overtaken looks again, so that no version of another is lost.
  async #change(
    vault: Vault,
    name: string,
    change: (old: Secret | undefined) => Secret,
  ): Promise<Secret> {
    const key = keyOf(vault.name, name)
    for (let attempt = 0; attempt < overtakenCountMax; attempt += 1) {
      const document = await this.#store.getDocument(key)
      const secret = change(document && readSecret(parseJson(document.body)))
      if (await this.#tryPut(key, secret, document)) return secret
    }
    throw secretIsBusy(name)
  }

  async #tryPut(
    key: ReturnType<typeof keyOf>,
    secret: Secret,
    document: StoredDocument | undefined,
  ): Promise<boolean> {
    const { deleted } = secret
    const timeToLiveMs = deleted && (deleted.purgeAt - deleted.at) * 1000
    try {
      await this.#store.write([
        {
          kind: 'document.put',
          ...key,
          body: JSON.stringify(secret),
          etag: newUuid(),
          expect: document ? { etag: document.etag } : 'absent',
          ...(timeToLiveMs === undefined ? {} : { timeToLiveMs }),
        },
      ])
      return true
    } catch (error) {
      if (error instanceof ExpectationFailed) return false
      throw error
    }
  }

  #seconds(): number {
    return Math.floor(this.#clock.now() / 1000)
  }
}

const collection = 'key-vault/secrets'

function partitionOf(vaultName: string): { collection: string; partition: string } {
  return { collection, partition: vaultName.toLowerCase() }
}

/** Names of secrets are compared without case. */
function keyOf(
  vaultName: string,
  name: string,
): { collection: string; partition: string; id: string } {
  return { ...partitionOf(vaultName), id: name.toLowerCase() }
}

function versionOf(secret: Secret, version: string | undefined): FoundSecret {
  const found =
    version === undefined
      ? currentVersion(secret)
      : secret.versions.find((each) => each.version === version.toLowerCase())
  if (!found) throw secretNotFound(`${secret.name}/${version ?? ''}`)
  return { secret, version: found }
}
