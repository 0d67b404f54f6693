import type { GatewayCall } from '../gateway/gateway-call.ts'
import { newResponse } from '../gateway/call-message.ts'
import type { PolicySource, Value } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/cors-policy */
export const cors: PolicyDefinition = {
  name: 'cors',
  sections: ['inbound'],
  attributes: ['allow-credentials', 'terminate-unmatched-request'],
  elements: ['allowed-origins', 'allowed-methods', 'allowed-headers', 'expose-headers'],
  compile(source) {
    const credentials = source.flag('allow-credentials')
    const terminate = source.flag('terminate-unmatched-request')
    const origins = texts(source, 'allowed-origins', 'origin')
    if (origins.length === 0) throw source.fault("'allowed-origins' is missing.")
    const methodsSource = source.child('allowed-methods')
    const methods = texts(source, 'allowed-methods', 'method')
    const headers = texts(source, 'allowed-headers', 'header')
    const exposed = texts(source, 'expose-headers', 'header')
    const maxAge = methodsSource?.count('preflight-result-max-age')
    const hasAny = origins.some(({ constant }) => constant === '*')
    if (credentials?.constant === true && hasAny) {
      throw source.fault("'*' cannot be an origin together with 'allow-credentials'.")
    }
    return (call) => {
      const origin = call.request.headers.text('origin')
      if (origin === undefined) return
      const allowed = origins.map((each) => each.read(call).trim())
      const isAllowed = allowed.includes('*') || allowed.some((each) => isSame(each, origin))
      const isCredentialed = credentials?.read(call) ?? false
      const common: [string, string][] = [
        ['Access-Control-Allow-Origin', allowed.includes('*') && !isCredentialed ? '*' : origin],
        ...(isCredentialed
          ? [['Access-Control-Allow-Credentials', 'true'] satisfies [string, string]]
          : []),
      ]
      if (!call.isPreflight) {
        if (isAllowed) answerLater(call, [...common, ...exposure(call, exposed)])
        else if (isSimple(call) && (terminate?.read(call) ?? true)) answerNothing(call)
        return
      }
      if (!isAllowed && terminate?.read(call) === false) return
      const asked = preflight(call, { methods, headers, maxAge })
      call.response = newResponse(200)
      for (const [name, value] of isAllowed && asked ? [...common, ...asked] : []) {
        call.response.headers.set(name, [value])
      }
      call.isReturned = true
    }
  },
}

function isSimple({ request }: GatewayCall): boolean {
  return request.method === 'GET' || request.method === 'HEAD'
}

// https://learn.microsoft.com/azure/api-management/cors-policy#common-configuration-issues
function answerNothing(call: GatewayCall): void {
  call.response = newResponse(200)
  call.isReturned = true
}

function texts(source: PolicySource, list: string, item: string): readonly Value<string>[] {
  return (source.child(list)?.children(item) ?? []).map((each) => each.contentText())
}

function isSame(allowed: string, origin: string): boolean {
  return allowed.toLowerCase().replace(/\/$/, '') === origin.toLowerCase()
}

function exposure(
  call: GatewayCall,
  exposed: readonly Value<string>[],
): readonly [string, string][] {
  if (exposed.length === 0) return []
  return [
    ['Access-Control-Expose-Headers', exposed.map((each) => each.read(call).trim()).join(',')],
  ]
}

// What the browser asks for must be allowed whole, or the answer says nothing.
function preflight(
  call: GatewayCall,
  rule: {
    methods: readonly Value<string>[]
    headers: readonly Value<string>[]
    maxAge: Value<number> | undefined
  },
): readonly [string, string][] | undefined {
  const method = call.request.headers.text('access-control-request-method') ?? ''
  const wanted = call.request.headers.text('access-control-request-headers')
  const methods = rule.methods.map((each) => each.read(call).trim().toUpperCase())
  const headers = rule.headers.map((each) => each.read(call).trim().toLowerCase())
  const simple = methods.length === 0 ? ['GET', 'POST'] : methods
  if (!simple.includes('*') && !simple.includes(method.toUpperCase())) return undefined
  const names = (wanted ?? '')
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '')
  if (!headers.includes('*') && !names.every((each) => headers.includes(each))) return undefined
  return [
    ['Access-Control-Allow-Methods', simple.includes('*') ? method : simple.join(',')],
    ...(wanted === undefined
      ? []
      : [['Access-Control-Allow-Headers', wanted] satisfies [string, string]]),
    ...(rule.maxAge
      ? [['Access-Control-Max-Age', String(rule.maxAge.read(call))] satisfies [string, string]]
      : []),
  ]
}

function answerLater(call: GatewayCall, headers: readonly [string, string][]): void {
  call.afterwards.push(() => {
    for (const [name, value] of headers) call.response?.headers.set(name, [value])
  })
}
