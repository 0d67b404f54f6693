import { isJsonObject, objectMember, stringMember } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'

/** What may be said of a version of a secret besides its value; times in seconds since the Unix epoch. */
export interface SecretProperties {
  readonly contentType?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly enabled?: boolean
  readonly notBefore?: number
  readonly expires?: number
}

/** One value that a secret had or has. */
export interface SecretVersion extends SecretProperties {
  readonly version: string
  readonly value: string
  readonly enabled: boolean
  readonly created: number
  readonly updated: number
}

/** A secret with its versions, the newest last. */
export interface Secret {
  readonly name: string
  readonly versions: readonly SecretVersion[]
  /** Seconds since the Unix epoch; set while it is deleted and can be recovered. */
  readonly deleted?: { readonly at: number; readonly purgeAt: number }
}

/** The version that an address without one means. */
export function currentVersion(secret: Secret): SecretVersion | undefined {
  return secret.versions.at(-1)
}

/** Reads a secret as its document holds it. */
export function readSecret(value: JsonValue): Secret {
  const stored = isJsonObject(value) ? value : {}
  const versions = Array.isArray(stored['versions']) ? stored['versions'] : []
  const { deleted } = stored
  return {
    name: stringMember(stored, 'name') ?? '',
    versions: versions.filter(isJsonObject).map(readVersion),
    ...(isJsonObject(deleted)
      ? { deleted: { at: Number(deleted['at']), purgeAt: Number(deleted['purgeAt']) } }
      : {}),
  }
}

/** The texts of a JSON object: tags. */
export function textMembers(value: JsonObject): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const [name, text] of Object.entries(value)) if (typeof text === 'string') texts[name] = text
  return texts
}

function readVersion(stored: JsonObject): SecretVersion {
  const contentType = stringMember(stored, 'contentType')
  const { notBefore, expires } = stored
  return {
    version: stringMember(stored, 'version') ?? '',
    value: stringMember(stored, 'value') ?? '',
    enabled: stored['enabled'] !== false,
    created: Number(stored['created']),
    updated: Number(stored['updated']),
    ...(contentType === undefined ? {} : { contentType }),
    ...(isJsonObject(stored['tags']) ? { tags: textMembers(objectMember(stored, 'tags')) } : {}),
    ...(typeof notBefore === 'number' ? { notBefore } : {}),
    ...(typeof expires === 'number' ? { expires } : {}),
  }
}
