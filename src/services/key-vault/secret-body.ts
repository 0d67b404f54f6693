import type { JsonObject } from '../../base/json.ts'
import { currentVersion } from './secret.ts'
import type { Secret, SecretVersion } from './secret.ts'
import type { FoundSecret } from './secrets.ts'
import { recoveryLevel, vaultUrl } from './vault.ts'
import type { Vault } from './vault.ts'

/** A version with its value: https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret#secretbundle */
export function secretBundle(vault: Vault, found: FoundSecret): JsonObject {
  return { value: found.version.value, ...versionItem(vault, found) }
}

/** A version without its value. */
export function versionItem(vault: Vault, { secret, version }: FoundSecret): JsonObject {
  return {
    id: `${secretId(vault, secret.name)}/${version.version}`,
    ...propertiesOf(vault, version),
  }
}

/** A secret in a list: without value and version. */
export function secretItem(vault: Vault, secret: Secret): JsonObject {
  const version = currentVersion(secret)
  return { id: secretId(vault, secret.name), ...(version ? propertiesOf(vault, version) : {}) }
}

/** A deleted secret, in a list without the id of its version. */
export function deletedSecretBody(
  vault: Vault,
  secret: Secret,
  options: { isListed: boolean },
): JsonObject {
  const version = currentVersion(secret)
  const isWhole = version !== undefined && !options.isListed
  const { at, purgeAt } = secret.deleted ?? { at: 0, purgeAt: 0 }
  return {
    recoveryId: `${vaultUrl(vault.name)}/deletedsecrets/${secret.name}`,
    deletedDate: at,
    scheduledPurgeDate: purgeAt,
    ...(isWhole ? versionItem(vault, { secret, version }) : secretItem(vault, secret)),
  }
}

/** `https://orders.vault.azure.net/secrets/key` */
export function secretId(vault: Vault, name: string): string {
  return `${vaultUrl(vault.name)}/secrets/${name}`
}

/** The attributes of a version as REST and templates show them. */
export function attributesOf(version: SecretVersion): JsonObject {
  const { enabled, notBefore, expires, created, updated } = version
  return {
    enabled,
    ...(notBefore === undefined ? {} : { nbf: notBefore }),
    ...(expires === undefined ? {} : { exp: expires }),
    created,
    updated,
  }
}

function propertiesOf(vault: Vault, version: SecretVersion): JsonObject {
  const { contentType, tags } = version
  return {
    ...(contentType === undefined ? {} : { contentType }),
    attributes: {
      ...attributesOf(version),
      recoveryLevel: recoveryLevel(vault),
      recoverableDays: vault.retentionDays,
    },
    ...(tags === undefined ? {} : { tags: { ...tags } }),
  }
}
