// Survives a crash: vaults, secrets with all their versions, and what was deleted and can be recovered. Nothing is kept
// in memory, so that every call sees what is in the store.
import type { Clock } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import { parseJson } from '../../base/json.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import type { Store } from '../../store/store.ts'
import { vaultNotFound } from './errors.ts'
import { parseSecretIdentifier } from './secret-reference.ts'
import { Secrets } from './secrets.ts'
import { checkAccess } from './vault-access.ts'
import type { Caller, RoleCheck, SecretAction } from './vault-access.ts'
import { readVault } from './vault.ts'
import type { Vault } from './vault.ts'

export interface KeyVaultOptions {
  readonly store: Store
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly tenantId: string
  /** Who a bearer token for `https://vault.azure.net` is of; throws a `ServiceError` with 401 for a bad one. */
  verifyToken(token: string): Caller
  readonly hasRole: RoleCheck
}

const collection = 'key-vault/vaults'

/** Azure Key Vault: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets */
export class KeyVault {
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly tenantId: string
  readonly secrets: Secrets
  readonly #options: KeyVaultOptions

  constructor(options: KeyVaultOptions) {
    const { store, clock, telemetry, tenantId } = options
    this.#options = options
    this.clock = clock
    this.telemetry = telemetry
    this.tenantId = tenantId
    this.secrets = new Secrets({ store, clock })
  }

  async vaults(): Promise<readonly Vault[]> {
    const vaults: Vault[] = []
    for await (const page of this.#options.store.scan({ collection })) {
      for (const document of page) vaults.push(readVault(parseJson(document.body)))
    }
    return vaults
  }

  /** The vault of a name; throws where there is none. */
  async vault(name: string): Promise<Vault> {
    const vault = await this.findVault(name)
    if (!vault) throw vaultNotFound(name)
    return vault
  }

  async findVault(name: string): Promise<Vault | undefined> {
    const document = await this.#options.store.getDocument(keyOf(name))
    return document && readVault(parseJson(document.body))
  }

  async putVault(vault: Vault): Promise<void> {
    const body = JSON.stringify(vault)
    await this.#options.store.write([
      { kind: 'document.put', ...keyOf(vault.name), body, etag: newUuid() },
    ])
  }

  /** Deletes a vault with its secrets, for good. */
  async deleteVault(name: string): Promise<void> {
    await this.secrets.drop(name)
    await this.#options.store.write([{ kind: 'document.delete', ...keyOf(name) }])
  }

  verifyToken(token: string): Caller {
    return this.#options.verifyToken(token)
  }

  /** Throws Azure's 403 unless the caller may do it. */
  async checkAccess(
    vault: Vault,
    call: { readonly caller: Caller; readonly action: SecretAction; readonly secret?: string },
  ): Promise<void> {
    await checkAccess(vault, call, this.#options.hasRole)
  }

  /** The value of the secret that an identifier names, for whoever acts with the identity. */
  async valueFor(caller: Caller, identifier: string): Promise<string> {
    const { vault: vaultName, name, version } = parseSecretIdentifier(identifier)
    const vault = await this.vault(vaultName)
    await this.checkAccess(vault, { caller, action: 'get', secret: name })
    const { version: found } = await this.secrets.get(vault, name, version)
    return found.value
  }
}

function keyOf(name: string): { collection: string; partition: string; id: string } {
  const id = name.toLowerCase()
  return { collection, partition: id, id }
}
