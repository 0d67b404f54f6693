import type { HostMap } from '../protocols/http/egress.ts'
import type { HttpHandler } from '../protocols/http/server.ts'
import { forward } from './forward.ts'
import { managementHost } from './local-hosts.ts'

/** What answers the host names that end in one of Azure's suffixes. */
export interface FrontRoute {
  /** `.vault.azure.net` */
  readonly suffix: string
  readonly handler: HttpHandler
}

/** The one https listener for Azure's own endpoints: by host name where a client uses Azure's, else by the first segment. */
export function azureFront(options: {
  readonly management: HttpHandler
  readonly entra: HttpHandler
  readonly routes: readonly FrontRoute[]
  /** Names that listeners without TLS serve: published APIs, function apps. */
  readonly hosts: HostMap
}): HttpHandler {
  return (request, response) => {
    const host = (request.headers.host ?? '').split(':')[0]?.toLowerCase() ?? ''
    const route = options.routes.find(({ suffix }) => host.endsWith(suffix))
    if (route) return route.handler(request, response)
    const served = options.hosts(host, 443)
    if (served?.origin.startsWith('http:')) return forward(served.origin, request, response)
    const isManagement =
      host === managementHost ||
      /^\/(?:subscriptions|providers)(?:\/|\?|$)/i.test(request.url ?? '')
    return isManagement ? options.management(request, response) : options.entra(request, response)
  }
}
