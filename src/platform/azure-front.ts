import type { HttpHandler } from '../protocols/http/server.ts'
import { isVaultHost, managementHost } from './local-hosts.ts'

/** The one https listener for Azure's own endpoints: by host name where a client uses Azure's, else by the first segment. */
export function azureFront(handlers: {
  management: HttpHandler
  entra: HttpHandler
  keyVault: HttpHandler
}): HttpHandler {
  return (request, response) => {
    const host = (request.headers.host ?? '').split(':')[0]?.toLowerCase()
    if (isVaultHost(host ?? '')) return handlers.keyVault(request, response)
    const isManagement =
      host === managementHost ||
      /^\/(?:subscriptions|providers)(?:\/|\?|$)/i.test(request.url ?? '')
    return isManagement ? handlers.management(request, response) : handlers.entra(request, response)
  }
}
