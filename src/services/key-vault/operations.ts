import { stringMember } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { badParameter, notSupported } from './errors.ts'
import { deletedSecretBody, secretBundle, secretItem, versionItem } from './secret-body.ts'
import {
  parseSecretBody,
  readNewSecret,
  readPageSize,
  readSecretProperties,
} from './secret-request.ts'
import type { KeyVault } from './service.ts'
import type { SecretAction } from './vault-access.ts'
import { vaultUrl } from './vault.ts'
import type { Vault } from './vault.ts'

/** A request as the operations see it: its caller may do what it asks. */
export interface SecretCall {
  readonly keyVault: KeyVault
  readonly vault: Vault
  /** Empty where the address has none. */
  readonly name: string
  readonly version?: string
  /** Path and query of the request. */
  readonly path: string
  readonly query: URLSearchParams
  readonly body: string
}

/** One address of a vault. */
export interface Operation {
  readonly name: string
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE'
  /** `{version}` may be empty, as clients send it for the current one. */
  readonly path: string
  /** What the caller must be allowed. */
  readonly action: SecretAction
  /** Nothing for 204. */
  handle(call: SecretCall): Promise<JsonObject | undefined>
}

/** Every address that is answered: https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups */
export const operations: readonly Operation[] = [
  {
    name: 'Get Secrets',
    method: 'GET',
    path: '/secrets',
    action: 'list',
    handle: async (call) => {
      const secrets = await call.keyVault.secrets.list(call.vault, { isDeleted: false })
      return page(
        call,
        secrets.map((secret) => secretItem(call.vault, secret)),
      )
    },
  },
  {
    name: 'Get Secret Versions',
    method: 'GET',
    path: '/secrets/{name}/versions',
    action: 'list',
    handle: async (call) => {
      const secret = await call.keyVault.secrets.live(call.vault, call.name)
      return page(
        call,
        secret.versions.map((version) => versionItem(call.vault, { secret, version })),
      )
    },
  },
  {
    name: 'Get Secret',
    method: 'GET',
    path: '/secrets/{name}/{version?}',
    action: 'get',
    handle: async ({ keyVault, vault, name, version }) =>
      secretBundle(vault, await keyVault.secrets.get(vault, name, version)),
  },
  {
    name: 'Set Secret',
    method: 'PUT',
    path: '/secrets/{name}',
    action: 'set',
    handle: async ({ keyVault, vault, name, body }) =>
      secretBundle(
        vault,
        await keyVault.secrets.set(vault, name, readNewSecret(parseSecretBody(body))),
      ),
  },
  {
    name: 'Update Secret',
    method: 'PATCH',
    path: '/secrets/{name}/{version?}',
    action: 'update',
    handle: async ({ keyVault, vault, name, version, body }) => {
      const address = { name, ...(version === undefined ? {} : { version }) }
      const given = readSecretProperties(parseSecretBody(body))
      return versionItem(vault, await keyVault.secrets.update(vault, address, given))
    },
  },
  {
    name: 'Delete Secret',
    method: 'DELETE',
    path: '/secrets/{name}',
    action: 'delete',
    handle: async ({ keyVault, vault, name }) =>
      deletedSecretBody(vault, await keyVault.secrets.delete(vault, name), { isListed: false }),
  },
  {
    name: 'Get Deleted Secrets',
    method: 'GET',
    path: '/deletedsecrets',
    action: 'list',
    handle: async (call) => {
      const secrets = await call.keyVault.secrets.list(call.vault, { isDeleted: true })
      return page(
        call,
        secrets.map((secret) => deletedSecretBody(call.vault, secret, { isListed: true })),
      )
    },
  },
  {
    name: 'Get Deleted Secret',
    method: 'GET',
    path: '/deletedsecrets/{name}',
    action: 'read deleted',
    handle: async ({ keyVault, vault, name }) =>
      deletedSecretBody(vault, await keyVault.secrets.deleted(vault, name), { isListed: false }),
  },
  {
    name: 'Recover Deleted Secret',
    method: 'POST',
    path: '/deletedsecrets/{name}/recover',
    action: 'recover',
    handle: async ({ keyVault, vault, name }) => {
      const secret = await keyVault.secrets.recover(vault, name)
      const version = secret.versions.at(-1)
      return version ? versionItem(vault, { secret, version }) : secretItem(vault, secret)
    },
  },
  {
    name: 'Purge Deleted Secret',
    method: 'DELETE',
    path: '/deletedsecrets/{name}',
    action: 'purge',
    handle: async ({ keyVault, vault, name }) => {
      await keyVault.secrets.purge(vault, name)
      return undefined
    },
  },
]

/** Parts of Azure's Key Vault that are refused by name. */
const refusedPaths: Readonly<Record<string, string>> = {
  keys: 'Keys',
  deletedkeys: 'Keys',
  certificates: 'Certificates',
  deletedcertificates: 'Certificates',
  storage: 'Managed storage accounts',
  deletedstorage: 'Managed storage accounts',
  rng: 'Random bytes',
}

/** Refuses keys, certificates and backups, which would otherwise look like mistyped addresses. */
export function refuseUnsupported(method: string, segments: readonly string[]): void {
  const [first = '', second = '', third = ''] = segments.map((segment) => segment.toLowerCase())
  const refused = Object.hasOwn(refusedPaths, first) ? refusedPaths[first] : undefined
  if (refused !== undefined) throw notSupported(refused)
  const isBackup = third === 'backup' || (second === 'restore' && third === '')
  if (method === 'POST' && first === 'secrets' && isBackup) throw notSupported('Backups of secrets')
}

/** A page of a list; the next one begins after the last id of this one. */
function page(call: SecretCall, items: readonly JsonObject[]): JsonObject {
  const size = readPageSize(call.query.get('maxresults'))
  const token = call.query.get('$skiptoken')
  const start = token === null ? 0 : startAfter(items, Buffer.from(token, 'base64url').toString())
  const value = items.slice(start, start + size)
  const last = value.at(-1)
  if (start + size >= items.length || last === undefined)
    return { value: [...value], nextLink: null }
  const query = new URLSearchParams(call.query)
  query.set('$skiptoken', Buffer.from(idOf(last)).toString('base64url'))
  const [path = ''] = call.path.split('?')
  const nextLink = `${vaultUrl(call.vault.name)}:443${path}?${query.toString()}`
  return { value: [...value], nextLink }
}

function startAfter(items: readonly JsonObject[], id: string): number {
  const at = items.findIndex((item) => idOf(item) === id)
  if (at < 0) throw badParameter('The parameter $skiptoken is not valid any more.')
  return at + 1
}

function idOf(item: JsonObject): string {
  return stringMember(item, 'id') ?? ''
}
