// Nothing here survives a crash: a token that comes again is verified again.
import { hash } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { checkClaims, checkSignature, decodeJwt } from './jwt.ts'
import type { Jwt, TokenRules } from './jwt.ts'
import type { KeySet } from './key-set.ts'
import { verifiedTokenCountMax } from './limits.ts'

interface Verified {
  readonly token: Jwt
  readonly keys: KeySet
  readonly untilMs: number
}

/**
 * Verifies tokens, and remembers until a token expires that its signature is good: the signature is nearly
 * all of the cost. Times, audience and issuer are checked at every call. A new key set forgets what the old
 * one vouched for, so that a key that was taken back counts no longer.
 */
export class TokenVerifier {
  readonly #clock: Clock
  readonly #countMax: number
  readonly #verified = new Map<string, Verified>()

  constructor(options: { clock: Clock; countMax?: number }) {
    this.#clock = options.clock
    this.#countMax = options.countMax ?? verifiedTokenCountMax
  }

  /** How many verified tokens are remembered. */
  get count(): number {
    return this.#verified.size
  }

  /** The header and claims of a good token; throws `InvalidToken`. */
  verify(text: string, keys: KeySet, rules: TokenRules): Jwt {
    const nowMs = this.#clock.now()
    const id = hash('sha256', text, 'base64')
    const known = this.#verified.get(id)
    if (known && known.keys === keys && isAccepted(known.token, rules)) {
      if (known.untilMs <= nowMs) this.#verified.delete(id)
      checkClaims(known.token, rules, nowMs)
      return known.token
    }
    const token = decodeJwt(text)
    checkSignature(token, keys, rules.algorithms)
    checkClaims(token, rules, nowMs)
    this.#remember(id, token, keys)
    return token
  }

  #remember(id: string, token: Jwt, keys: KeySet): void {
    const { exp } = token.claims
    if (typeof exp !== 'number') return
    this.#verified.delete(id)
    this.#verified.set(id, { token, keys, untilMs: exp * 1000 })
    if (this.#verified.size <= this.#countMax) return
    const [oldest] = this.#verified.keys()
    if (oldest !== undefined) this.#verified.delete(oldest)
  }
}

function isAccepted(token: Jwt, rules: TokenRules): boolean {
  return rules.algorithms.some((algorithm) => algorithm === token.header['alg'])
}
