import { HeaderList } from '../gateway/header-list.ts'
import type { GatewayCall } from '../gateway/gateway-call.ts'
import { MessageBody } from '../gateway/message-body.ts'
import type { PolicySource } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { cachingTypes } from './cache-lookup-value.ts'

/** A response in the cache. */
export class CachedResponse {
  readonly status: number
  readonly reason: string
  readonly headers: HeaderList
  readonly bytes: Uint8Array | undefined

  constructor(parts: {
    status: number
    reason: string
    headers: HeaderList
    bytes: Uint8Array | undefined
  }) {
    this.status = parts.status
    this.reason = parts.reason
    this.headers = parts.headers
    this.bytes = parts.bytes
  }
}

/** https://learn.microsoft.com/azure/api-management/cache-lookup-policy */
export const cacheLookup: PolicyDefinition = {
  name: 'cache-lookup',
  sections: ['inbound'],
  attributes: [
    'vary-by-developer',
    'vary-by-developer-groups',
    'caching-type',
    'downstream-caching-type',
    'must-revalidate',
    'allow-private-response-caching',
  ],
  elements: ['vary-by-header', 'vary-by-query-parameter'],
  compile(source) {
    const byDeveloper = source.flag('vary-by-developer')
    const byGroups = source.flag('vary-by-developer-groups')
    if (!byDeveloper || !byGroups) {
      throw source.fault("'vary-by-developer' and 'vary-by-developer-groups' must be set.")
    }
    source.choice('caching-type', cachingTypes)
    const downstream = source.choice('downstream-caching-type', ['none', 'private', 'public'])
    const revalidate = source.flag('must-revalidate')
    const allowPrivate = source.flag('allow-private-response-caching')
    const headers = source.children('vary-by-header').map((each) => each.contentText())
    const query = queryNames(source)
    return (call) => {
      if (call.request.method !== 'GET') return
      const isPrivate = call.request.headers.has('authorization')
      if (isPrivate && !(allowPrivate?.read(call) ?? false)) return
      const key = JSON.stringify([
        call.api.id,
        call.operation.id,
        [...call.request.matchedParameters],
        call.target.path,
        queryOf(call, query),
        headers.map((each) => call.request.headers.text(each.read(call)) ?? ''),
        byDeveloper.read(call) ? (call.subscription?.id ?? '') : '',
        byGroups.read(call) ? (call.context.user?.groups.map(({ id }) => id) ?? []) : [],
      ])
      const kind = downstream?.read(call) ?? 'none'
      const control = revalidate?.read(call) === false ? kind : `${kind}, must-revalidate`
      const kept = call.parts.cache.get(`response ${key}`)
      if (!(kept instanceof CachedResponse)) {
        call.cacheKey = `response ${key}`
        if (kind !== 'none') call.afterwards.push(() => tellCaches(call, control))
        return
      }
      const { status, reason } = kept
      const body = kept.bytes ? MessageBody.of(kept.bytes) : MessageBody.none()
      call.response = { status, reason, headers: kept.headers.copy(), body }
      if (kind !== 'none') tellCaches(call, control)
      call.isAnswered = true
    }
  },
}

// The first answer may be kept by caches downstream as the later ones may.
function tellCaches({ response }: GatewayCall, control: string): void {
  if (response?.status === 200) response.headers.set('Cache-Control', [control])
}

function queryNames(source: PolicySource): ReadonlySet<string> | undefined {
  const names = source.children('vary-by-query-parameter').flatMap((each) => {
    const text = each.contentText().constant
    if (text === undefined) throw each.fault('the name must be a literal.')
    return text.split(';').map((name) => name.trim().toLowerCase())
  })
  return names.length === 0 ? undefined : new Set(names)
}

// Without a list every parameter counts, in whatever order they came.
function queryOf(call: GatewayCall, names: ReadonlySet<string> | undefined): readonly string[] {
  return call.target.queryString
    .replace(/^\?/, '')
    .split('&')
    .filter((pair) => !names || names.has((pair.split('=')[0] ?? '').toLowerCase()))
    .toSorted((left, right) => (left < right ? -1 : 1))
}
