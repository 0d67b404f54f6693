import type { OutgoingProxy } from '../../../protocols/http/outgoing-http.ts'
import type { Entity } from '../entity-tree.ts'
import type { GatewayCall } from '../gateway/gateway-call.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicySource } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { stringMember } from '../../../base/json.ts'

/** https://learn.microsoft.com/azure/api-management/proxy-policy */
export const proxy: PolicyDefinition = {
  name: 'proxy',
  sections: ['inbound'],
  attributes: ['url', 'username', 'password'],
  compile(source) {
    const find = compileProxy(source)
    return (call) => {
      call.target.proxy = find(call)
    }
  },
}

/** The same element stands inside `send-request`, where it is for that request. */
export function compileProxy(source: PolicySource): (call: GatewayCall) => OutgoingProxy {
  const url = source.requiredText('url')
  const username = source.text('username')
  const password = source.text('password')
  if (password && !username) throw source.fault("'password' needs a 'username'.", 'password')
  if (url.constant !== undefined && !isProxyUrl(url.constant)) {
    throw source.fault(notProxyUrl(url.constant), 'url')
  }
  const { scope } = source.environment
  return (call) => {
    const address = url.read(call).trim()
    if (!isProxyUrl(address)) throw invalidUrl(address)
    return {
      url: address,
      authorization: username && basic(username.read(call), password?.read(call) ?? ''),
      isDeclared: isBackend(call.partsAt(scope).entities('backends', []), address),
    }
  }
}

// Between gateway and proxy there is no TLS; name and password have attributes of their own.
function isProxyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, pathname, search, hash, username, password } = new URL(text)
  return protocol === 'http:' && [pathname, search, hash, username, password].join('') === '/'
}

// An address that a policy names must not lead to this machine; one that is also that of a backend may.
function isBackend(backends: readonly Entity[], address: string): boolean {
  const { origin } = new URL(address)
  return backends.some(({ properties }) => {
    const url = stringMember(properties, 'url') ?? ''
    return URL.canParse(url) && new URL(url).origin === origin
  })
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function notProxyUrl(text: string): string {
  return `'${text}' is not the URL of a proxy: it has the form http://host:port.`
}

function invalidUrl(text: string): PolicyError {
  return new PolicyError({
    source: 'proxy',
    reason: 'InvalidUrl',
    message: notProxyUrl(text),
    status: 500,
    answer: 'Internal server error',
  })
}
