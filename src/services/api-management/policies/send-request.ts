import { toPolicyResponse } from '../gateway/call-context.ts'
import { callBackend, type BackendRequest } from '../gateway/backend-call.ts'
import type { GatewayCall } from '../gateway/gateway-call.ts'
import { HeaderList } from '../gateway/header-list.ts'
import { MessageBody } from '../gateway/message-body.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicySource } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { sendTimeoutMs } from '../limits.ts'
import { compileCertificate } from './authentication-certificate.ts'
import { compileIdentity } from './authentication-managed-identity.ts'
import { compileProxy } from './proxy.ts'
import { compileBody } from './set-body.ts'
import { compileHeaderChange } from './set-header.ts'
import { compileMethod } from './set-method.ts'

/** What stands inside `send-request` and `send-one-way-request`. */
export const outgoingElements = [
  'set-url',
  'set-method',
  'set-header',
  'set-body',
  'authentication-certificate',
  'authentication-managed-identity',
  'proxy',
] as const

/** https://learn.microsoft.com/azure/api-management/send-request-policy */
export const sendRequest: PolicyDefinition = {
  name: 'send-request',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['mode', 'response-variable-name', 'timeout', 'ignore-error'],
  elements: outgoingElements,
  compile(source) {
    const variable = source.requiredText('response-variable-name')
    const ignoreError = source.flag('ignore-error')
    const make = compileOutgoing(source, 'send-request')
    return async (call) => {
      const name = variable.read(call)
      const isIgnored = ignoreError?.read(call) ?? false
      try {
        const response = await callBackend(call, await make(call))
        await response.body.buffer()
        call.variables.set(name, toPolicyResponse(response))
      } catch (error) {
        if (!isIgnored || !(error instanceof PolicyError)) throw error
        call.variables.set(name, null)
      }
    }
  },
}

/** The request that `send-request` and `send-one-way-request` describe; the parts come in the order of the call. */
export function compileOutgoing(
  source: PolicySource,
  policy: BackendRequest['policy'],
): (call: GatewayCall) => Promise<BackendRequest> {
  const mode = source.choice('mode', ['new', 'copy'])
  const timeout = source.count('timeout')
  const url = source.child('set-url')?.contentText()
  if (!url && mode?.constant !== 'copy') throw source.fault("'set-url' is missing.")
  const methodSource = source.child('set-method')
  const method = methodSource && compileMethod(methodSource)
  const changes = source.children('set-header').map(compileHeaderChange)
  const bodySource = source.child('set-body')
  const makeBody = bodySource && compileBody(bodySource)
  const certificateSource = source.child('authentication-certificate')
  const findCertificate = certificateSource && compileCertificate(certificateSource)
  const identitySource = source.child('authentication-managed-identity')
  const identify = identitySource && compileIdentity(identitySource)
  const proxySource = source.child('proxy')
  const findProxy = proxySource && compileProxy(proxySource)
  if (mode?.constant === 'copy' && !bodySource) source.usage.requestBody = true
  noteWrite(source, method?.constant)
  return async (call) => {
    const isCopy = mode?.read(call) === 'copy'
    const headers = isCopy ? copiedHeaders(call) : new HeaderList()
    for (const change of changes) change(headers, call)
    await identify?.(call, headers)
    const body = makeBody ? MessageBody.of(makeBody(call)) : copiedBody(call, isCopy)
    return {
      policy,
      url: checkedUrl(url?.read(call).trim() ?? call.url.toString(), policy),
      method: method?.read(call) ?? (isCopy ? call.request.method : 'GET'),
      headers,
      body,
      timeoutMs: timeout ? timeout.read(call) * 1000 : sendTimeoutMs,
      followRedirects: true,
      certificate: await findCertificate?.(call),
      proxy: findProxy?.(call),
      isDeclared: isCopy && !url && call.target.isDeclared,
    }
  }
}

// A call of the management REST that writes a named value: calls that read it too take turns.
function noteWrite(source: PolicySource, method: string | undefined): void {
  const trimmed = method?.trim().toUpperCase()
  if (trimmed !== 'PATCH' && trimmed !== 'PUT') return
  const text = source.child('set-url')?.element.text?.text ?? ''
  const [, name] = /\/namedValues\/([\w.-]+)/i.exec(text) ?? []
  if (name !== undefined) source.usage.addWrite(name)
}

function copiedHeaders(call: GatewayCall): HeaderList {
  const headers = call.request.headers.copy()
  headers.delete('host')
  return headers
}

function copiedBody(call: GatewayCall, isCopy: boolean): MessageBody {
  const { bytes } = call.request.body
  return isCopy && bytes ? MessageBody.of(bytes) : MessageBody.none()
}

function checkedUrl(text: string, policy: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  throw new PolicyError({
    source: policy,
    reason: 'InvalidUrl',
    message: `'${text}' is not a URL.`,
    status: 500,
    answer: 'Internal server error',
  })
}
