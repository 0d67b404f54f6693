// Survives a crash: the key that seals, and which codes were redeemed. Codes and refresh tokens carry their content
// with them, so that however many are given out, none has to be kept.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import { isJsonObject, parseJson, stringMember, tryParseJson } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { ExpectationFailed } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'

/** What a sealed text is: one kind does not pass for another. */
export type GrantKind = 'code' | 'refresh-token' | 'sign-in' | 'device-code' | 'session'

/** What was sealed, if the text is one of ours. */
export type Opened =
  | { readonly kind: 'good' | 'expired'; readonly content: JsonObject }
  | { readonly kind: 'malformed' }

const keyCollection = 'entra/sealing-key'
const redeemedCollection = 'entra/redeemed-codes'
const [nonceBytes, tagBytes] = [12, 16]

/** Encrypts what a client is to bring back unread and unchanged. */
export class SealedGrants {
  readonly #store: Store
  readonly #clock: Clock
  #key = Buffer.alloc(0)

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store
    this.#clock = options.clock
  }

  async start(): Promise<void> {
    const place = { collection: keyCollection, partition: 'current', id: 'current' }
    const known = await this.#store.getDocument(place)
    const body = known?.body ?? JSON.stringify({ key: randomBytes(32).toString('base64') })
    if (!known) {
      await this.#store.write([{ kind: 'document.put', ...place, body, etag: newUuid() }])
    }
    this.#key = Buffer.from(stringMember(parseJson(body), 'key') ?? '', 'base64')
  }

  seal(kind: GrantKind, content: JsonObject, lifeMs: number): string {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(kind))
    const text = JSON.stringify({ content, endMs: this.#clock.now() + lifeMs })
    const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
    return Buffer.concat(sealed).toString('base64url')
  }

  open(kind: GrantKind, text: string): Opened {
    const value = this.#decrypt(kind, Buffer.from(text, 'base64url'))
    if (!isJsonObject(value) || !isJsonObject(value['content'])) return { kind: 'malformed' }
    const isExpired = Number(value['endMs']) <= this.#clock.now()
    return { kind: isExpired ? 'expired' : 'good', content: value['content'] }
  }

  /** Remembers that a code was used; false when it was before. */
  async redeem(text: string, lifeMs: number): Promise<boolean> {
    const id = createHash('sha256').update(text).digest('hex')
    try {
      await this.#store.write([
        {
          kind: 'document.put',
          collection: redeemedCollection,
          partition: id,
          id,
          body: '{}',
          etag: newUuid(),
          expect: 'absent',
          timeToLiveMs: lifeMs,
        },
      ])
      return true
    } catch (error) {
      if (error instanceof ExpectationFailed) return false
      throw error
    }
  }

  #decrypt(kind: GrantKind, sealed: Buffer): unknown {
    if (sealed.length <= nonceBytes + tagBytes) return undefined
    const nonce = sealed.subarray(0, nonceBytes)
    const tag = sealed.subarray(-tagBytes)
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, {
        authTagLength: tagBytes,
      })
      decipher.setAAD(Buffer.from(kind)).setAuthTag(tag)
      const text = decipher.update(sealed.subarray(nonceBytes, -tagBytes))
      return tryParseJson(Buffer.concat([text, decipher.final()]).toString('utf8'))
    } catch {
      // Not sealed by this key, or changed on the way.
      return undefined
    }
  }
}
