import type { IncomingMessage } from 'node:http'
import type { HostMap } from '../protocols/http/egress.ts'
import { defaultHttpLimits } from '../protocols/http/limits.ts'
import { announcedLength, bodyTooLarge } from '../protocols/http/request-body.ts'
import type { HttpHandler } from '../protocols/http/server.ts'
import { forward } from './forward.ts'
import { managementHost } from './local-hosts.ts'

/** Names of published APIs; other names below are not those of a gateway. */
const gatewayName = /^[^.]+\.azure-api\.net$/

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
  /** Called itself and not by another connection, so that it sees the certificate that a caller showed. */
  readonly gateway: HttpHandler
  readonly routes: readonly FrontRoute[]
  /** Names that listeners without TLS serve: function apps. */
  readonly hosts: HostMap
}): HttpHandler {
  return (request, response) => {
    const host = hostOf(request)
    if (isForGateway(request)) {
      // This listener takes larger files than a gateway does.
      const { bodyBytesMax } = defaultHttpLimits
      if ((announcedLength(request) ?? 0) > bodyBytesMax) throw bodyTooLarge(bodyBytesMax)
      return options.gateway(request, response)
    }
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

/** True for a request to a published API. */
export function isForGateway(request: IncomingMessage): boolean {
  return gatewayName.test(hostOf(request))
}

function hostOf(request: IncomingMessage): string {
  return (request.headers.host ?? '').split(':')[0]?.toLowerCase() ?? ''
}
