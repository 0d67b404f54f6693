// Nothing here survives a crash: metadata of issuers is read again, tokens are verified again.
import type { Clock } from '../../../base/clock.ts'
import { isJsonObject, stringMember, tryParseJson, type JsonObject } from '../../../base/json.ts'
import type { TraceContext } from '../../../base/trace-context.ts'
import { InvalidToken } from '../../../protocols/auth/invalid-token.ts'
import type { Jwt, TokenRules } from '../../../protocols/auth/jwt.ts'
import { KeySet, parseKeySet, type VerificationKey } from '../../../protocols/auth/key-set.ts'
import { TokenVerifier } from '../../../protocols/auth/token-verifier.ts'
import { metadataLifeMs, metadataRefreshMs, sendTimeoutMs } from '../limits.ts'
import type { OutgoingHttp } from '../../../protocols/http/outgoing-http.ts'
import { MessageBody } from './message-body.ts'

/** What an OpenID provider says of itself. */
interface Metadata {
  readonly issuer: string | undefined
  readonly keys: KeySet
  readonly readAtMs: number
}

/** Where the keys and issuers of a `validate-jwt` come from. */
export interface TokenSources {
  readonly metadataUrls: readonly string[]
  readonly keys: readonly VerificationKey[]
  readonly issuers: readonly string[]
}

interface MergedKeys {
  readonly parts: readonly KeySet[]
  readonly merged: KeySet
}

/** The metadata of an issuer could not be read. */
export class MetadataUnavailable extends Error {
  override readonly name = 'MetadataUnavailable'
}

/** Verifies tokens against OpenID metadata, which it reads and keeps; several sources count together. */
export class TokenCheck {
  readonly #clock: Clock
  readonly #outgoing: OutgoingHttp
  readonly #verifier: TokenVerifier
  readonly #metadata = new Map<string, Promise<Metadata>>()
  /** By the list of keys of a policy, which is one object as long as the policy is. */
  readonly #keySets = new WeakMap<readonly VerificationKey[], Map<string, MergedKeys>>()
  readonly #refreshes = new Map<string, number>()

  constructor(parts: { clock: Clock; outgoing: OutgoingHttp }) {
    this.#clock = parts.clock
    this.#outgoing = parts.outgoing
    this.#verifier = new TokenVerifier({ clock: parts.clock })
  }

  /** The claims of a good token; throws `InvalidToken`. */
  async verify(
    token: string,
    sources: TokenSources,
    options: { rules: TokenRules; trace: TraceContext },
  ): Promise<Jwt> {
    try {
      return await this.#verifyOnce(token, sources, options)
    } catch (error) {
      const isUnknownKey = error instanceof InvalidToken && error.fault === 'key'
      if (!isUnknownKey || !this.#forget(sources.metadataUrls)) throw error
      return await this.#verifyOnce(token, sources, options)
    }
  }

  async #verifyOnce(
    token: string,
    sources: TokenSources,
    options: { rules: TokenRules; trace: TraceContext },
  ): Promise<Jwt> {
    const found: Metadata[] = []
    for (const url of sources.metadataUrls) found.push(await this.#metadataOf(url, options.trace))
    const issuers = [
      ...sources.issuers,
      ...found.flatMap(({ issuer }) => (issuer === undefined ? [] : [issuer])),
    ]
    const keys = this.#merged(sources, found)
    const rules = issuers.length > 0 ? { ...options.rules, issuers } : options.rules
    return this.#verifier.verify(token, keys, rules)
  }

  // The same key set object for the same keys: the verifier remembers tokens by it.
  #merged(sources: TokenSources, found: readonly Metadata[]): KeySet {
    const id = sources.metadataUrls.join(' ')
    const known = this.#keySets.get(sources.keys)?.get(id)
    const parts = found.map(({ keys }) => keys)
    const isSame =
      known?.parts.length === parts.length && known.parts.every((each, at) => each === parts[at])
    if (known && isSame) return known.merged
    const merged = new KeySet([...sources.keys, ...parts.flatMap(({ keys }) => keys)])
    const sets = this.#keySets.get(sources.keys) ?? new Map<string, MergedKeys>()
    sets.set(id, { parts, merged })
    this.#keySets.set(sources.keys, sets)
    return merged
  }

  async #metadataOf(url: string, trace: TraceContext): Promise<Metadata> {
    const known = await this.#metadata.get(url)
    if (known && known.readAtMs + metadataLifeMs > this.#clock.now()) return known
    const reading = this.#read(url, trace)
    this.#metadata.set(url, reading)
    try {
      return await reading
    } catch (error) {
      if (this.#metadata.get(url) === reading) this.#metadata.delete(url)
      // What was known is still better than refusing everybody while the issuer is away.
      if (known) return known
      throw error
    }
  }

  // An unknown key may be a new one: look again, but not for each bad token.
  #forget(urls: readonly string[]): boolean {
    const nowMs = this.#clock.now()
    const due = urls.filter(
      (url) => (this.#refreshes.get(url) ?? -Infinity) + metadataRefreshMs <= nowMs,
    )
    for (const url of due) {
      this.#refreshes.set(url, nowMs)
      this.#metadata.delete(url)
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
    const content = MessageBody.streamed(body)
    await content.buffer()
    const value = tryParseJson(Buffer.from(content.bytes ?? []).toString('utf8'))
    if (status === 200 && isJsonObject(value)) return value
    throw new MetadataUnavailable(`${url} answered ${status} and no JSON object.`)
  }
}
