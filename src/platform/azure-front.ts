import type { HostMap } from '../protocols/http/egress.ts'
import type { HttpHandler } from '../protocols/http/server.ts'
import { forward } from './forward.ts'
import { isVaultHost, managementHost } from './local-hosts.ts'

/** The one https listener for Azure's own endpoints: by host name where a client uses Azure's, else by the first segment. */
export function azureFront(handlers: {
  management: HttpHandler
  entra: HttpHandler
  keyVault: HttpHandler
  /** Names that listeners without TLS serve: published APIs, function apps. */
  hosts: HostMap
}): HttpHandler {
  return (request, response) => {
    const host = (request.headers.host ?? '').split(':')[0]?.toLowerCase() ?? ''
    if (isVaultHost(host)) return handlers.keyVault(request, response)
    const served = handlers.hosts(host, 443)
    if (served?.origin.startsWith('http:')) return forward(served.origin, request, response)
    const isManagement =
      host === managementHost ||
      /^\/(?:subscriptions|providers)(?:\/|\?|$)/i.test(request.url ?? '')
    return isManagement ? handlers.management(request, response) : handlers.entra(request, response)
  }
}
