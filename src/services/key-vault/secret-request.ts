import { isJsonObject, stringMember, tryParseJson } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { badParameter, nameInvalid } from './errors.ts'
import {
  contentTypeCharsMax,
  pageSecretsMax,
  secretNameCharsMax,
  secretValueBytesMax,
  tagCountMax,
  tagNameCharsMax,
  tagValueCharsMax,
} from './limits.ts'
import { textMembers } from './secret.ts'
import type { SecretProperties } from './secret.ts'

/** The name of a secret: letters, digits and hyphens. */
export function checkSecretName(name: string): string {
  if (name.length > secretNameCharsMax || !/^[\da-z-]+$/i.test(name)) throw nameInvalid(name)
  return name
}

/** Reads the body of a request; what it says is never quoted in a fault, since it may be a secret. */
export function parseSecretBody(text: string): JsonObject {
  const body = tryParseJson(text)
  if (!isJsonObject(body)) throw badParameter('The request body is not a JSON object.')
  return body
}

/** Reads the value and the properties of a new version. */
export function readNewSecret(body: JsonObject): SecretProperties & { readonly value: string } {
  const value = stringMember(body, 'value')
  if (value === undefined) throw badParameter('The parameter value is missing or not a string.')
  if (Buffer.byteLength(value) > secretValueBytesMax) {
    throw badParameter(`The value of a secret must not exceed ${secretValueBytesMax} bytes.`)
  }
  return { value, ...readSecretProperties(body) }
}

/** Reads what is said of a version: `contentType`, `tags` and `attributes`. */
export function readSecretProperties(body: JsonObject): SecretProperties {
  const contentType = readContentType(body['contentType'])
  const tags = readTags(body['tags'])
  const attributes = readObject(body['attributes'], 'attributes')
  const enabled = attributes?.['enabled'] ?? undefined
  if (enabled !== undefined && typeof enabled !== 'boolean') {
    throw badParameter('The parameter attributes.enabled is not a boolean.')
  }
  const notBefore = readTime(attributes?.['nbf'], 'nbf')
  const expires = readTime(attributes?.['exp'], 'exp')
  if (notBefore !== undefined && expires !== undefined && notBefore >= expires) {
    throw badParameter('The parameter attributes.exp is not after attributes.nbf.')
  }
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(tags === undefined ? {} : { tags }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(expires === undefined ? {} : { expires }),
  }
}

/** Reads `maxresults`. */
export function readPageSize(text: string | null): number {
  if (text === null) return pageSecretsMax
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (size < 1 || size > pageSecretsMax) {
    throw badParameter(`The parameter maxresults is not between 1 and ${pageSecretsMax}.`)
  }
  return size
}

function readContentType(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && value.length <= contentTypeCharsMax) return value
  throw badParameter(
    `The parameter contentType is not a string of at most ${contentTypeCharsMax} characters.`,
  )
}

function readTags(value: JsonValue | undefined): Record<string, string> | undefined {
  const given = readObject(value, 'tags')
  if (given === undefined) return undefined
  const tags = textMembers(given)
  const names = Object.keys(tags)
  if (names.length !== Object.keys(given).length) {
    throw badParameter('The parameter tags has a value that is not a string.')
  }
  const isTooLong = names.some(
    (name) => name.length > tagNameCharsMax || (tags[name] ?? '').length > tagValueCharsMax,
  )
  if (names.length > tagCountMax || isTooLong) {
    throw badParameter(`The parameter tags has more than ${tagCountMax} tags, or too long ones.`)
  }
  return tags
}

function readObject(value: JsonValue | undefined, name: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined
  if (isJsonObject(value)) return value
  throw badParameter(`The parameter ${name} is not an object.`)
}

function readTime(value: JsonValue | undefined, name: string): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw badParameter(`The parameter attributes.${name} is not a number of seconds.`)
}
