// Survives a crash: the keys, with the times at which each is used and withdrawn.
import { X509Certificate, createHash, createPrivateKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Clock, Timer } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import { isJsonObject, parseJson, stringMember } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { KeySet } from '../../protocols/auth/key-set.ts'
import { issueCertificate } from '../../protocols/tls/certificate.ts'
import type { Store } from '../../store/store.ts'
import {
  signingKeyAheadMs,
  signingKeyCheckMs,
  signingKeyLifeMs,
  signingKeyOverlapMs,
} from './limits.ts'

/** A key that signs tokens. */
export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly certificate: X509Certificate
  /** Published at once, used from here on. */
  readonly activeFromMs: number
}

const collection = 'entra/signing-keys'

/**
 * The keys of the tenant. Each is published some time before it signs, and stays published until the last
 * token it signed has expired: https://learn.microsoft.com/entra/identity-platform/signing-key-rollover
 */
export class SigningKeys {
  readonly #store: Store
  readonly #clock: Clock
  /** In the order of their use. */
  #keys: readonly SigningKey[] = []
  #keySet = new KeySet([])
  #timer: Timer | undefined
  #isStopped = false
  #last: Promise<void> = Promise.resolve()

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store
    this.#clock = options.clock
  }

  async start(): Promise<void> {
    const keys: SigningKey[] = []
    for await (const page of this.#store.scan({ collection })) {
      for (const { body } of page) keys.push(readKey(body))
    }
    this.#use(keys)
    await this.check()
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#last
  }

  /** The key that signs now. */
  current(): SigningKey {
    const nowMs = this.#clock.now()
    const [first] = this.#keys
    const current = this.#keys.findLast(({ activeFromMs }) => activeFromMs <= nowMs) ?? first
    if (!current) throw new Error('the signing keys are not started')
    return current
  }

  /** Every key that tokens may be signed with. */
  published(): readonly SigningKey[] {
    return this.#keys
  }

  /** The published keys as a verifier takes them; another object after each change. */
  keySet(): KeySet {
    return this.#keySet
  }

  /** Makes a successor at once; the tokens of the old key stay good until they expire. */
  rotate(): Promise<void> {
    return this.#afterLast(() => this.#add(this.#clock.now()))
  }

  /** Publishes a successor when its time has come, and withdraws what no token needs any more. */
  check(): Promise<void> {
    return this.#afterLast(() => this.#checkNow())
  }

  /** One change at a time: two at once would each make a successor. */
  #afterLast(change: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(change)
    return this.#last
  }

  async #checkNow(): Promise<void> {
    const nowMs = this.#clock.now()
    const newest = this.#keys.at(-1)
    if (!newest) await this.#add(nowMs)
    else if (newest.activeFromMs + signingKeyLifeMs - signingKeyAheadMs <= nowMs) {
      await this.#add(Math.max(newest.activeFromMs + signingKeyLifeMs, nowMs + signingKeyAheadMs))
    }
    await this.#withdraw(nowMs)
  }

  #schedule(): void {
    if (this.#isStopped) return
    this.#timer = this.#clock.after(signingKeyCheckMs, () => {
      void this.check().then(() => this.#schedule())
    })
  }

  async #add(activeFromMs: number): Promise<void> {
    const { cert, key } = await issueCertificate({
      commonName: 'accounts.accesscontrol.windows.net',
      purpose: 'signature',
      names: [],
      notBeforeMs: activeFromMs - signingKeyAheadMs,
      notAfterMs: activeFromMs + 10 * 365 * 24 * 3600 * 1000,
    })
    const body = JSON.stringify({ cert, key, activeFromMs })
    const stored = readKey(body)
    await this.#store.write([
      {
        kind: 'document.put',
        collection,
        partition: stored.kid,
        id: stored.kid,
        body,
        etag: newUuid(),
      },
    ])
    this.#use([...this.#keys, stored])
  }

  async #withdraw(nowMs: number): Promise<void> {
    const isNeeded = (_key: SigningKey, index: number): boolean => {
      const successor = this.#keys[index + 1]
      return !successor || successor.activeFromMs + signingKeyOverlapMs > nowMs
    }
    const needed = this.#keys.filter(isNeeded)
    const withdrawn = this.#keys.filter((key) => !needed.includes(key))
    if (withdrawn.length === 0) return
    await this.#store.write(
      withdrawn.map(
        ({ kid }) => ({ kind: 'document.delete', collection, partition: kid, id: kid }) as const,
      ),
    )
    this.#use(needed)
  }

  #use(keys: readonly SigningKey[]): void {
    this.#keys = keys.toSorted((one, other) => one.activeFromMs - other.activeFromMs)
    this.#keySet = new KeySet(
      this.#keys.map(({ kid, certificate }) => ({
        kid,
        key: certificate.publicKey,
        algorithm: 'RS256',
      })),
    )
  }
}

/** A key as the key set publishes it: https://www.rfc-editor.org/rfc/rfc7517#section-4 */
export function toJwk({ kid, certificate }: SigningKey, issuer: string): JsonObject {
  const { n = '', e = '' } = certificate.publicKey.export({ format: 'jwk' })
  return {
    kty: 'RSA',
    use: 'sig',
    kid,
    x5t: kid,
    n,
    e,
    x5c: [certificate.raw.toString('base64')],
    cloud_instance_name: 'microsoftonline.com',
    issuer,
  }
}

function readKey(body: string): SigningKey {
  const value = parseJson(body)
  const certificate = new X509Certificate(stringMember(value, 'cert') ?? '')
  const activeFromMs = isJsonObject(value) ? Number(value['activeFromMs']) : 0
  return {
    kid: createHash('sha1').update(certificate.raw).digest('base64url'),
    privateKey: createPrivateKey(stringMember(value, 'key') ?? ''),
    certificate,
    activeFromMs,
  }
}
