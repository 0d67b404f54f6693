import { callBackend } from '../gateway/backend-call.ts'
import type { Backend } from '../backend.ts'
import type { ClientCertificate } from '../certificate.ts'
import { CallUrl } from '../gateway/call-url.ts'
import type { CallResponse, GatewayCall } from '../gateway/gateway-call.ts'
import type { HeaderList } from '../gateway/header-list.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { forwardTimeoutMs } from '../limits.ts'

/** https://learn.microsoft.com/azure/api-management/forward-request-policy */
export const forwardRequest: PolicyDefinition = {
  name: 'forward-request',
  sections: ['backend'],
  attributes: [
    'timeout',
    'timeout-ms',
    'continue-timeout',
    'http-version',
    'follow-redirects',
    'buffer-request-body',
    'buffer-response',
    'fail-on-error-status-code',
  ],
  compile(source) {
    const seconds = source.count('timeout')
    const milliseconds = source.count('timeout-ms')
    if (seconds && milliseconds) {
      throw source.fault("only one of 'timeout' and 'timeout-ms' may be set.", 'timeout-ms')
    }
    const version = source.choice('http-version', ['1', '2', '2or1'])
    if (version?.constant === '2') {
      throw source.fault("HTTP/2 to backends is not supported: use '1' or '2or1'.", 'http-version')
    }
    const bufferResponse = source.flag('buffer-response')
    source.count('continue-timeout')
    const bufferRequest = source.flag('buffer-request-body')
    const followRedirects = source.flag('follow-redirects')
    const failOnError = source.flag('fail-on-error-status-code')
    return async (call) => {
      call.releaseLeases()
      if (bufferRequest?.read(call)) await call.request.body.buffer()
      const timeoutMs =
        milliseconds?.read(call) ?? (seconds ? seconds.read(call) * 1000 : forwardTimeoutMs)
      const backend = chooseBackend(call)
      const headers = backendHeaders(call, backend)
      call.response?.body.discard()
      call.response = await callBackend(call, {
        policy: 'forward-request',
        url: withQuery(call.url.toString(), backend),
        method: call.request.method,
        headers,
        hidesHost: headers === call.request.headers ? isOwnHost(call.request) : false,
        body: call.request.body,
        timeoutMs,
        followRedirects: followRedirects?.read(call) ?? false,
        isDeclared: call.target.isDeclared,
        isUnbuffered: bufferResponse?.read(call) === false,
        certificate: call.target.certificate ?? certificateOf(call, backend),
        proxy: call.target.proxy,
        acceptsAnyCertificate: backend?.validateCertificateChain === false,
      })
      if (backend) report(call, backend, call.response)
      if (failOnError?.read(call) && call.response.status >= 400) throw failed(call.response.status)
    }
  },
}

// A pool sends each call to one of its members, and a backend whose breaker is open gets none.
function chooseBackend(call: GatewayCall): Backend | undefined {
  const named = call.target.backend
  if (!named) return undefined
  const chosen = call.parts.pools.choose(named)
  if (!chosen) {
    throw new PolicyError({
      source: 'forward-request',
      reason: 'BackendPoolUnavailable',
      message: `No backend of '${named.id}' is available.`,
      status: 503,
      answer: 'Service Unavailable',
    })
  }
  call.target.base = CallUrl.parse(chosen.url)
  return chosen
}

function certificateOf(
  call: GatewayCall,
  backend: Backend | undefined,
): ClientCertificate | undefined {
  const [wanted] = backend?.certificates ?? []
  if (wanted === undefined) return undefined
  return call.parts
    .certificates()
    .find(({ id, thumbprint }) =>
      [id, thumbprint].some((each) => each.toLowerCase() === wanted.toLowerCase()),
    )
}

function report(call: GatewayCall, backend: Backend, response: CallResponse): void {
  const seconds = Number(response.headers.text('retry-after'))
  const retryAfterSeconds = Number.isFinite(seconds) ? seconds : undefined
  call.parts.pools.report(backend, { status: response.status, retryAfterSeconds })
}

// The backend gets its own host unless a policy set another than the one the caller used.
function isOwnHost({ originalUrl, headers }: GatewayCall['request']): boolean {
  const host = headers.text('host')
  if (host === undefined || host === originalUrl.host) return true
  return host === `${originalUrl.host}:${originalUrl.port}`
}

function backendHeaders(call: GatewayCall, backend: Backend | undefined): HeaderList {
  const { headers } = call.request
  if (!backend || (backend.headers.length === 0 && !backend.authorization)) return headers
  const sent = headers.copy()
  if (isOwnHost(call.request)) sent.delete('host')
  for (const [name, value] of backend.headers) sent.set(name, [value])
  if (backend.authorization) {
    const { scheme, parameter } = backend.authorization
    sent.set('Authorization', [`${scheme} ${parameter}`])
  }
  return sent
}

function withQuery(url: string, backend: Backend | undefined): string {
  if (!backend || backend.query.length === 0) return url
  const changed = new URL(url)
  for (const [name, value] of backend.query) changed.searchParams.set(name, value)
  return changed.href
}

function failed(status: number): PolicyError {
  return new PolicyError({
    source: 'forward-request',
    reason: 'BackendErrorStatusCode',
    message: `The backend answered with status ${status}.`,
    status,
  })
}
