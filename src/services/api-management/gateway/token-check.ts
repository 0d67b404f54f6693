// Nothing here survives a crash: tokens are verified again.
import type { Clock } from '../../../base/clock.ts'
import type { TraceContext } from '../../../base/trace-context.ts'
import { InvalidToken } from '../../../protocols/auth/invalid-token.ts'
import type { Jwt, TokenRules } from '../../../protocols/auth/jwt.ts'
import { KeySet, type VerificationKey } from '../../../protocols/auth/key-set.ts'
import { TokenVerifier } from '../../../protocols/auth/token-verifier.ts'
import type { OutgoingHttp } from '../../../protocols/http/outgoing-http.ts'
import { IssuerMetadata, type Metadata } from './issuer-metadata.ts'

/** Where the keys and issuers of a `validate-jwt` come from. */
export interface TokenSources {
  readonly metadataUrls: readonly string[]
  readonly keys: readonly VerificationKey[]
  readonly issuers: readonly string[]
}

interface MergedKeys {
  readonly found: readonly Metadata[]
  readonly keys: KeySet
}

/** Verifies tokens against OpenID metadata and keys; several sources count together. */
export class TokenCheck {
  readonly #verifier: TokenVerifier
  readonly #metadata: IssuerMetadata
  /** By the list of keys of a policy, which is one object as long as the policy is. */
  readonly #keySets = new WeakMap<readonly VerificationKey[], Map<string, MergedKeys>>()

  constructor(parts: { clock: Clock; outgoing: OutgoingHttp }) {
    this.#verifier = new TokenVerifier({ clock: parts.clock })
    this.#metadata = new IssuerMetadata(parts)
  }

  /** The claims of a good token, at once where its keys are known; throws `InvalidToken`. */
  verify(
    token: string,
    sources: TokenSources,
    options: { rules: TokenRules; trace: TraceContext },
  ): Jwt | Promise<Jwt> {
    const found = this.#metadata.known(sources.metadataUrls)
    if (!found) return this.#verifyLater(token, sources, options)
    try {
      return this.#verifyWith(token, { sources, found, rules: options.rules })
    } catch (error) {
      if (!isUnknownKey(error)) throw error
      return this.#verifyLater(token, sources, options)
    }
  }

  async #verifyLater(
    token: string,
    sources: TokenSources,
    options: { rules: TokenRules; trace: TraceContext },
  ): Promise<Jwt> {
    const { rules, trace } = options
    try {
      const found = await this.#read(sources.metadataUrls, trace)
      return this.#verifyWith(token, { sources, found, rules })
    } catch (error) {
      if (!isUnknownKey(error) || !this.#metadata.forget(sources.metadataUrls)) throw error
      const found = await this.#read(sources.metadataUrls, trace)
      return this.#verifyWith(token, { sources, found, rules })
    }
  }

  #verifyWith(
    token: string,
    by: { sources: TokenSources; found: readonly Metadata[]; rules: TokenRules },
  ): Jwt {
    const issuers = [...by.sources.issuers]
    for (const { issuer } of by.found) if (issuer !== undefined) issuers.push(issuer)
    const rules = issuers.length > 0 ? { ...by.rules, issuers } : by.rules
    return this.#verifier.verify(token, this.#merged(by.sources, by.found), rules)
  }

  async #read(urls: readonly string[], trace: TraceContext): Promise<readonly Metadata[]> {
    const found: Metadata[] = []
    for (const url of urls) found.push(await this.#metadata.get(url, trace))
    return found
  }

  // The same key set object for the same keys: the verifier remembers tokens by it.
  #merged(sources: TokenSources, found: readonly Metadata[]): KeySet {
    const id = sources.metadataUrls.join(' ')
    const known = this.#keySets.get(sources.keys)?.get(id)
    const isSame =
      known?.found.length === found.length && known.found.every((each, at) => each === found[at])
    if (known && isSame) return known.keys
    const keys = new KeySet([...sources.keys, ...found.flatMap((each) => each.keys.keys)])
    const sets = this.#keySets.get(sources.keys) ?? new Map<string, MergedKeys>()
    sets.set(id, { found, keys })
    this.#keySets.set(sources.keys, sets)
    return keys
  }
}

function isUnknownKey(error: unknown): boolean {
  return error instanceof InvalidToken && error.fault === 'key'
}
