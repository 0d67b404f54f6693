// Serves the page that shows what the monitor keeps; it has no state of its own.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import type { Startable } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import { HttpServer } from '../../protocols/http/server.ts'
import { ConsoleApi } from './console-api.ts'
import { readPageFiles } from './console-page.ts'
import type { PageFile } from './console-page.ts'
import { LiveUpdates } from './live-updates.ts'
import type { Monitor } from './monitor.ts'

export interface ConsoleOptions {
  readonly monitor: Monitor
  /** Default `127.0.0.1`. */
  readonly host?: string
  readonly port: number
  /** Whoever knows it may look; it is part of every address. */
  readonly token: string
  readonly clock: Clock
  readonly logger: Logger
}

/** Nothing but our own files is ever loaded, and no other page may frame this one or learn its address. */
const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** The console: one page at `/?token=...`, its files and its API below `/<token>/`. */
export class Console implements Startable {
  readonly #options: ConsoleOptions
  readonly #server: HttpServer
  readonly #api: ConsoleApi
  readonly #live: LiveUpdates
  #files: ReadonlyMap<string, PageFile> = new Map()
  #port = 0

  constructor(options: ConsoleOptions) {
    const { host, port, monitor, clock, logger } = options
    this.#options = options
    this.#api = new ConsoleApi(monitor)
    this.#live = new LiveUpdates({ monitor, clock })
    this.#server = new HttpServer({
      ...(host === undefined ? {} : { host }),
      port,
      name: 'console',
      clock,
      logger,
      limits: { bodyBytesMax: 0, headerBytesMax: 16 * 1024 },
      handler: (request, response) => this.#serve(request, response),
    })
  }

  async start(): Promise<void> {
    this.#files = await readPageFiles()
    this.#port = await this.#server.start()
  }

  async stop(): Promise<void> {
    this.#live.stop()
    await this.#server.stop({ graceMs: 1_000 })
  }

  /** The address of the page; with a trace id, of the page that shows this trace. */
  url(traceId?: string): string {
    const { host = '127.0.0.1', token } = this.#options
    const name = host.includes(':') ? `[${host}]` : host
    const fragment = traceId === undefined ? '' : `#trace=${traceId}`
    return `http://${name}:${this.#port}/?token=${encodeURIComponent(token)}${fragment}`
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    if (!this.#isOwnHost(request.headers.host)) {
      return sendPage(
        response,
        421,
        'This name does not lead here',
        'Open the address that was printed.',
      )
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      return sendPage(response, 405, 'This page is only for reading', 'It takes GET and HEAD.')
    }
    const address = readAddress(request.url ?? '/')
    if (!address || !this.#isToken(address.token)) {
      const hint = 'Its address is printed at the start, and by "interline status".'
      return sendPage(response, 401, 'This page needs its token', hint)
    }
    await this.#answer(address, response)
  }

  async #answer(address: ConsoleAddress, response: ServerResponse): Promise<void> {
    if (address.path === '/api/live') return this.#live.serve(response)
    if (address.path.startsWith('/api/')) {
      return this.#api.serve(address.path, address.query, response)
    }
    const file = this.#files.get(address.path === '/' ? '/index.html' : address.path)
    if (!file) return sendPage(response, 404, 'There is nothing here', 'The console is at /.')
    response.setHeader('content-type', file.contentType)
    response.end(file.text.replaceAll('{{token}}', encodeURIComponent(this.#options.token)))
  }

  // A page of another site can make its own name point here (DNS rebinding), but not an address.
  #isOwnHost(header: string | undefined): boolean {
    const name = header?.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
    if (!name) return false
    return name === 'localhost' || name === this.#options.host || isIP(name) !== 0
  }

  // Hashes are compared, so that the time says nothing about the token or its length.
  #isToken(token: string): boolean {
    const [given, wanted] = [token, this.#options.token].map((text) =>
      createHash('sha256').update(text).digest(),
    )
    return given !== undefined && wanted !== undefined && timingSafeEqual(given, wanted)
  }
}

interface ConsoleAddress {
  readonly token: string
  readonly path: string
  readonly query: URLSearchParams
}

// `/?token=T`, `/api/traces?token=T` for scripts, `/T/console.js` for what the page loads.
function readAddress(target: string): ConsoleAddress | undefined {
  if (!URL.canParse(target, 'http://console')) return undefined
  const url = new URL(target, 'http://console')
  const token = url.searchParams.get('token')
  if (token !== null) return { token, path: url.pathname, query: url.searchParams }
  const [, first = '', path = '/'] = /^\/([^/]*)(\/.*)?$/.exec(url.pathname) ?? []
  return { token: tryDecode(first), path, query: url.searchParams }
}

function tryDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

function sendPage(response: ServerResponse, status: number, title: string, hint: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
  response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport"
content="width=device-width"><title>Interline</title><h1>${title}</h1><p>${hint}</p></html>`)
}
