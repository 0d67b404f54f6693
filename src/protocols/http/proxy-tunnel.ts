// Nothing here survives a crash: connections are opened again.
import { request as send } from 'node:http'
import type { LookupFunction, Socket } from 'node:net'
import { buildConnector } from 'undici'
import { proxyConnectMs } from './limits.ts'
import type { OutgoingProxy } from './outgoing-http.ts'

/** A proxy whose address was checked. */
export interface ProxyRoute {
  /** `http://127.0.0.1:3128` */
  readonly origin: string
  readonly authorization: OutgoingProxy['authorization']
  /** Refuses names that lead where the proxy must not be. */
  readonly lookup: LookupFunction | undefined
}

/** The proxy opens no connection to where the request goes. */
class ProxyRefused extends Error {
  override readonly name = 'ProxyRefused'
}

/**
 * Connects through a proxy, with TLS inside where the origin has it.
 * https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6
 */
export function tunnelThrough(
  proxy: ProxyRoute,
  options: buildConnector.BuildOptions,
): buildConnector.connector {
  const connectTls = buildConnector(options)
  return (target, callback) => {
    const { protocol, hostname, port } = target
    const host = `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`
    openTunnel(proxy, host).then(
      (socket) => {
        if (protocol === 'https:') connectTls({ ...target, httpSocket: socket }, callback)
        else callback(null, socket)
      },
      (error: Error) => callback(error, null),
    )
  }
}

function openTunnel(proxy: ProxyRoute, host: string): Promise<Socket> {
  const { hostname, port } = new URL(proxy.origin)
  const { authorization, lookup } = proxy
  return new Promise((resolve, reject) => {
    const asked = send({
      agent: false,
      method: 'CONNECT',
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? 80 : port,
      path: host,
      headers: {
        host,
        ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
      },
      ...(lookup ? { lookup } : {}),
      timeout: proxyConnectMs,
    })
    asked.once('connect', ({ statusCode = 0 }, socket) => {
      socket.setTimeout(0)
      // An error is followed by the end of the connection, which whoever uses it sees.
      socket.on('error', () => {})
      if (statusCode >= 200 && statusCode < 300) {
        resolve(socket)
        return
      }
      socket.destroy()
      reject(new ProxyRefused(`The proxy answered ${statusCode}.`))
    })
    asked.once('timeout', () => asked.destroy(new ProxyRefused('The proxy does not answer.')))
    // Some answer CONNECT as any other request: that is no tunnel.
    asked.once('response', ({ statusCode }) =>
      asked.destroy(new ProxyRefused(`The proxy answered ${statusCode}.`)),
    )
    asked.on('error', reject)
    asked.end()
  })
}
