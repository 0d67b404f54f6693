// Nothing is kept: a token carries what its permission says, signed with a key that follows from the account's.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isJsonObject, stringMember, tryParseJson, type JsonValue } from '../../base/json.ts'
import { dateOutOfRange } from './errors.ts'

/** What a permission lets the bearer of its token do. */
export interface Grant {
  readonly mode: 'All' | 'Read'
  /** `dbs/orders/colls/items`; what is below it is included. */
  readonly resource: string
  readonly partitionKey?: JsonValue
}

/** A token that was not forged and is not over. */
export interface OpenGrant {
  allows(request: ResourceRequest): boolean
}

/** What the bearer of a token asks for. */
export interface ResourceRequest {
  /** Of a resource, or the owner of a feed. */
  readonly link: string
  /** `docs`, `colls` */
  readonly type: string
  readonly isRead: boolean
  /** JSON text, where the request names one. */
  readonly partitionKey: string | undefined
}

interface KeyHolder {
  readonly name: string
  readonly keys: { readonly primaryMasterKey: string }
}

/** `type=resource&ver=1.0&sig=...`: https://learn.microsoft.com/rest/api/cosmos-db/permissions */
export function newResourceToken(
  account: KeyHolder,
  grant: Grant,
  life: { readonly startMs: number; readonly endMs: number },
): string {
  const payload = Buffer.from(JSON.stringify({ ...grant, ...life })).toString('base64url')
  return `type=resource&ver=1.0&sig=${mac(account, payload)};${payload};`
}

/** Gives nothing for a token that another account, or nobody, has made; one that is over is Azure's 403. */
export function openResourceToken(
  account: KeyHolder,
  token: string,
  nowMs: number,
): OpenGrant | undefined {
  const [signature = '', payload = ''] = token.split(';')
  const [given, expected] = [Buffer.from(signature), Buffer.from(mac(account, payload))]
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  const content = tryParseJson(Buffer.from(payload, 'base64url').toString())
  if (!isJsonObject(content)) return undefined
  const [startMs, endMs] = [Number(content['startMs']), Number(content['endMs'])]
  if (nowMs >= endMs) throw dateOutOfRange({ startMs, endMs, nowMs })
  const resource = stringMember(content, 'resource') ?? ''
  const key = content['partitionKey']
  return {
    allows: (request) => {
      const { link, isRead, partitionKey } = request
      if (isRead && isMetadata(resource, request)) return true
      if (!isBelow(resource, link) || (content['mode'] !== 'All' && !isRead)) return false
      return (
        key === undefined ||
        JSON.stringify(tryParseJson(partitionKey ?? '')) === JSON.stringify(key)
      )
    },
  }
}

function isBelow(resource: string, link: string): boolean {
  return link === resource || link.startsWith(`${resource}/`)
}

// A client reads a container and its ranges before it goes to the items.
function isMetadata(resource: string, { link, type }: ResourceRequest): boolean {
  const container = resource.split('/').slice(0, 4).join('/')
  return link === '' || (link === container && (type === 'colls' || type === 'pkranges'))
}

function mac({ name, keys }: KeyHolder, payload: string): string {
  const key = Buffer.from(keys.primaryMasterKey, 'base64')
  return createHmac('sha256', key).update(`resource token of ${name}\n${payload}`).digest('base64')
}
