import { referenceInvalid } from './errors.ts'
import { vaultUrl } from './vault.ts'

/** Which secret, and which version of it where not the newest. */
export interface SecretAddress {
  readonly vault: string
  readonly name: string
  readonly version?: string
}

/** Reads `https://orders.vault.azure.net/secrets/NAME[/VERSION]`; a fault never quotes what was written. */
export function parseSecretIdentifier(identifier: string): SecretAddress {
  const pattern =
    /^https:\/\/([a-z\d-]+)\.vault\.azure\.net(?::443)?\/secrets\/([a-z\d-]+)(?:\/([\da-f]*))?\/?$/i
  const [, vault, name, version] = pattern.exec(identifier.trim()) ?? []
  if (vault === undefined || name === undefined) {
    const expected = 'https://VAULT.vault.azure.net/secrets/NAME'
    throw referenceInvalid(`A secret identifier is not of the form ${expected} or with /VERSION.`)
  }
  return { vault, name, ...(version ? { version } : {}) }
}

/**
 * Gives the identifier of `@Microsoft.KeyVault(SecretUri=...)` and `@Microsoft.KeyVault(VaultName=..;SecretName=..)`.
 * https://learn.microsoft.com/azure/app-service/app-service-key-vault-references#understand-source-app-settings-from-key-vault
 */
export function identifierOfReference(reference: string): string {
  const [, inner] = /^@Microsoft\.KeyVault\((.*)\)$/is.exec(reference.trim()) ?? []
  if (inner === undefined) throw referenceInvalid('It is not of the form @Microsoft.KeyVault(...).')
  const parts = new Map(inner.split(';').map(readPart))
  const uri = parts.get('secreturi')
  if (uri !== undefined) return uri
  const [vault, name] = [parts.get('vaultname'), parts.get('secretname')]
  if (!vault || !name) {
    throw referenceInvalid('It has neither a SecretUri nor a VaultName and a SecretName.')
  }
  const version = parts.get('secretversion')
  return `${vaultUrl(vault)}/secrets/${name}${version ? `/${version}` : ''}`
}

function readPart(part: string): [string, string] {
  const at = part.indexOf('=')
  return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()]
}
