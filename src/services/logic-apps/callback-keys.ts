// Survives a crash: the keys that addresses are signed with, one pair for each app.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { newUuid } from '../../base/ids.ts'
import { parseJson, stringMember } from '../../base/json.ts'
import { ExpectationFailed, type Store } from '../../store/store.ts'
import { keptSignaturesMax } from './limits.ts'

/**
 * Signs the addresses of triggers and waiting actions, and checks them.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-securing-a-logic-app#shared-access-signatures-sas
 */
export class CallbackKeys {
  readonly #store: Store
  readonly #app: string
  /** Signatures by what they sign: an address is called again and again. */
  readonly #signatures = new Map<string, string>()
  #keys: { readonly primary: string; readonly master: string } = { primary: '', master: '' }

  constructor(store: Store, app: string) {
    this.#store = store
    this.#app = app
  }

  async start(): Promise<void> {
    const key = { collection: 'logic-apps/keys', partition: this.#app, id: 'keys' }
    const body = JSON.stringify({ primary: newKey(), master: newKey() })
    try {
      await this.#store.write([
        { kind: 'document.put', ...key, body, etag: newUuid(), expect: 'absent' },
      ])
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error
    }
    const document = await this.#store.getDocument(key)
    const value = document ? parseJson(document.body) : null
    this.#keys = {
      primary: stringMember(value, 'primary') ?? '',
      master: stringMember(value, 'master') ?? '',
    }
    this.#signatures.clear()
  }

  /** The key that the management REST asks for: `code` or `x-functions-key`. */
  get masterKey(): string {
    return this.#keys.master
  }

  /** The query of a signed address: `api-version=..&sp=..&sv=1.0&sig=..` */
  query(path: string, permission: string): string {
    const sig = this.#signature(path, permission)
    return new URLSearchParams({
      'api-version': '2022-05-01',
      sp: permission,
      sv: '1.0',
      sig,
    }).toString()
  }

  /** Whether the query is signed for a path. */
  allows(path: string, query: URLSearchParams): boolean {
    const expected = Buffer.from(this.#signature(path, query.get('sp') ?? ''))
    const given = Buffer.from(query.get('sig') ?? '')
    return given.length === expected.length && timingSafeEqual(given, expected)
  }

  isMasterKey(text: string | undefined): boolean {
    const expected = Buffer.from(this.#keys.master)
    const given = Buffer.from(text ?? '')
    return given.length === expected.length && timingSafeEqual(given, expected)
  }

  #signature(path: string, permission: string): string {
    // Names are found without regard to case: their signature is the same too.
    const signed = `${path.toLowerCase()}\n${permission.toLowerCase()}\n1.0`
    const known = this.#signatures.get(signed)
    if (known !== undefined) return known
    const made = createHmac('sha256', this.#keys.primary).update(signed).digest('base64url')
    if (this.#signatures.size >= keptSignaturesMax) this.#signatures.clear()
    this.#signatures.set(signed, made)
    return made
  }
}

function newKey(): string {
  return randomBytes(32).toString('base64url')
}
