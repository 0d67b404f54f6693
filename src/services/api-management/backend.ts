import { parseIsoDuration } from '../../base/iso-duration.ts'
import {
  isJsonObject,
  objectMember,
  stringMember,
  type JsonObject,
  type JsonValue,
} from '../../base/json.ts'
import { fieldMissing, validationError } from './errors.ts'
import type { EntityKind } from './entity-kind.ts'
import type { Entity } from './entity-tree.ts'

/** A backend as the gateway sees it: one address, or a pool of others. */
export interface Backend {
  readonly id: string
  readonly url: string
  /** Headers with their values that every call to it gets. */
  readonly headers: readonly (readonly [string, string])[]
  readonly query: readonly (readonly [string, string])[]
  readonly authorization: { readonly scheme: string; readonly parameter: string } | undefined
  readonly validateCertificateChain: boolean
  /** Ids or thumbprints of the certificate that it is shown. */
  readonly certificates: readonly string[]
  readonly members: readonly PoolMember[]
  readonly breaker: BreakerRule | undefined
}

export interface PoolMember {
  readonly id: string
  readonly priority: number
  readonly weight: number
}

/** When a backend is left alone, and for how long. */
export interface BreakerRule {
  readonly count: number
  readonly intervalMs: number
  readonly tripMs: number
  readonly acceptRetryAfter: boolean
  readonly statusRanges: readonly { readonly min: number; readonly max: number }[]
}

/** https://learn.microsoft.com/rest/api/apimanagement/backend */
export const backendKind: EntityKind = {
  kind: 'backends',
  label: 'Backend',
  accept({ fields, properties }) {
    if (fields.text('type') === 'Pool') {
      if (poolMembers(properties).length === 0) throw fieldMissing('pool.services')
      return properties
    }
    const url = fields.requiredText('url')
    if (!URL.canParse(url)) {
      throw validationError([{ target: 'url', message: 'Backend url is not a valid URL.' }])
    }
    return { protocol: 'http', ...properties }
  },
}

/** `filled` puts named values in the place of their names. */
export function backendOf(entity: Entity, filled: (text: string) => string): Backend {
  const { properties } = entity
  const credentials = objectMember(properties, 'credentials')
  const authorization = objectMember(credentials, 'authorization')
  const scheme = stringMember(authorization, 'scheme')
  return {
    id: entity.names[0] ?? '',
    url: (stringMember(properties, 'url') ?? '').replace(/\/+$/, ''),
    headers: pairs(objectMember(credentials, 'header'), filled),
    query: pairs(objectMember(credentials, 'query'), filled),
    authorization:
      scheme === undefined
        ? undefined
        : { scheme, parameter: filled(stringMember(authorization, 'parameter') ?? '') },
    validateCertificateChain: objectMember(properties, 'tls')['validateCertificateChain'] !== false,
    certificates: [...texts(credentials['certificateIds']), ...texts(credentials['certificate'])],
    members: poolMembers(properties),
    breaker: breakerRule(properties),
  }
}

function poolMembers(properties: JsonObject): readonly PoolMember[] {
  const services = objectMember(properties, 'pool')['services']
  return (Array.isArray(services) ? services : []).filter(isJsonObject).map((each) => ({
    id: stringMember(each, 'id')?.split('/').at(-1) ?? '',
    priority: numberOf(each['priority'], 0),
    weight: numberOf(each['weight'], 1),
  }))
}

function breakerRule(properties: JsonObject): BreakerRule | undefined {
  const rules = objectMember(properties, 'circuitBreaker')['rules']
  const [rule] = Array.isArray(rules) ? rules : []
  if (!isJsonObject(rule)) return undefined
  const condition = objectMember(rule, 'failureCondition')
  const ranges = condition['statusCodeRanges']
  return {
    count: numberOf(condition['count'], 1),
    intervalMs: durationMs(stringMember(condition, 'interval'), 60_000),
    tripMs: durationMs(stringMember(rule, 'tripDuration'), 60_000),
    acceptRetryAfter: rule['acceptRetryAfter'] === true,
    statusRanges: (Array.isArray(ranges) ? ranges : [])
      .filter(isJsonObject)
      .map((each) => ({ min: numberOf(each['min'], 500), max: numberOf(each['max'], 599) })),
  }
}

function pairs(
  members: JsonObject,
  filled: (text: string) => string,
): readonly (readonly [string, string])[] {
  return Object.entries(members).map(([name, value]) => [
    name,
    filled((Array.isArray(value) ? value : [value]).map(textOf).join(',')),
  ])
}

function texts(value: JsonValue | undefined): readonly string[] {
  return (Array.isArray(value) ? value : []).map((each) => textOf(each).split('/').at(-1) ?? '')
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

function durationMs(text: string | undefined, otherwise: number): number {
  return parseIsoDuration(text ?? '') ?? otherwise
}
