// Nothing here survives a crash: what issuers say is read again.
import type { Clock } from '../../../base/clock.ts'
import { isJsonObject, stringMember, tryParseJson, type JsonObject } from '../../../base/json.ts'
import type { TraceContext } from '../../../base/trace-context.ts'
import { type KeySet, parseKeySet } from '../../../protocols/auth/key-set.ts'
import type { OutgoingHttp } from '../../../protocols/http/outgoing-http.ts'
import { issuersMax, metadataLifeMs, metadataRefreshMs, sendTimeoutMs } from '../limits.ts'
import { MessageBody } from './message-body.ts'

/** What an OpenID provider says of itself. */
export interface Metadata {
  readonly issuer: string | undefined
  readonly keys: KeySet
  readonly readAtMs: number
}

/** The metadata of an issuer could not be read. */
export class MetadataUnavailable extends Error {
  override readonly name = 'MetadataUnavailable'
}

/** Reads OpenID metadata and keeps it for a while, by its address. */
export class IssuerMetadata {
  readonly #clock: Clock
  readonly #outgoing: OutgoingHttp
  readonly #reading = new Map<string, Promise<Metadata>>()
  readonly #known = new Map<string, Metadata>()
  readonly #refreshes = new Map<string, number>()

  constructor(parts: { clock: Clock; outgoing: OutgoingHttp }) {
    this.#clock = parts.clock
    this.#outgoing = parts.outgoing
  }

  /** What is known of all addresses and not too old; `undefined` when one has to be read. */
  known(urls: readonly string[]): readonly Metadata[] | undefined {
    const fromMs = this.#clock.now() - metadataLifeMs
    const found: Metadata[] = []
    for (const url of urls) {
      const known = this.#known.get(url)
      if (!known || known.readAtMs <= fromMs) return undefined
      found.push(known)
    }
    return found
  }

  async get(url: string, trace: TraceContext): Promise<Metadata> {
    const [fresh] = this.known([url]) ?? []
    if (fresh) return fresh
    const reading = this.#reading.get(url) ?? this.#read(url, trace)
    this.#reading.set(url, reading)
    try {
      const metadata = await reading
      this.#remember(url, metadata)
      return metadata
    } catch (error) {
      const old = this.#known.get(url)
      // What was known is still better than refusing everybody while the issuer is away.
      if (old) return old
      throw error
    } finally {
      this.#reading.delete(url)
    }
  }

  #remember(url: string, metadata: Metadata): void {
    this.#known.delete(url)
    this.#known.set(url, metadata)
    const [oldest] = this.#known.keys()
    if (this.#known.size > issuersMax && oldest !== undefined) this.#known.delete(oldest)
  }

  /** An unknown key may be a new one: look again, but not for each bad token. False when it is too soon. */
  forget(urls: readonly string[]): boolean {
    const nowMs = this.#clock.now()
    const due = urls.filter(
      (url) => (this.#refreshes.get(url) ?? -Infinity) + metadataRefreshMs <= nowMs,
    )
    for (const url of due) {
      this.#refreshes.set(url, nowMs)
      this.#known.delete(url)
    }
    return due.length > 0
  }

  async #read(url: string, trace: TraceContext): Promise<Metadata> {
    const configuration = await this.#readJson(url, trace)
    const jwksUri = stringMember(configuration, 'jwks_uri')
    if (jwksUri === undefined) throw new MetadataUnavailable(`${url} has no jwks_uri.`)
    const keys = parseKeySet(await this.#readJson(jwksUri, trace))
    return { issuer: stringMember(configuration, 'issuer'), keys, readAtMs: this.#clock.now() }
  }

  async #readJson(url: string, trace: TraceContext): Promise<JsonObject> {
    const { status, body } = await this.#outgoing.send({
      url,
      method: 'GET',
      headers: ['accept', 'application/json'],
      timeoutMs: sendTimeoutMs,
      isDeclared: false,
      trace,
    })
    const content = MessageBody.received(body)
    await content.buffer()
    const value = tryParseJson(Buffer.from(content.bytes ?? []).toString('utf8'))
    if (status === 200 && isJsonObject(value)) return value
    throw new MetadataUnavailable(`${url} answered ${status} and no JSON object.`)
  }
}
