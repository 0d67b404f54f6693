// Survives a crash: codes that wait for a person, and what the person said.
import { randomInt } from 'node:crypto'
import { newUuid } from '../../base/ids.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Store } from '../../store/store.ts'
import { tooManySignIns, userCodeUnknown } from './errors.ts'
import { textOf } from './json-reader.ts'
import { deviceCodeLifeMs, pendingSignInCountMax } from './limits.ts'

/** How far a sign-in by code is. */
export type DeviceSignIn =
  | { readonly state: 'pending' }
  | { readonly state: 'approved'; readonly userId: string }
  | { readonly state: 'declined' }

const collection = 'entra/device-codes'
/** Letters and digits that are not taken for one another. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const userCodeCharacters = 9

/** Codes that a person types in a browser to sign in on another device. */
export class DeviceCodes {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** A new code for the application; the person sees its name when the code is typed. */
  async create(clientId: string): Promise<string> {
    if ((await this.#store.countDocuments(collection)) >= pendingSignInCountMax) {
      throw tooManySignIns()
    }
    const code = Array.from({ length: userCodeCharacters }, () =>
      alphabet.charAt(randomInt(alphabet.length)),
    ).join('')
    await this.#write(code, { clientId, state: 'pending' }, { isNew: true })
    return code
  }

  /** The application that waits for a code, however it was typed. */
  async clientOf(typed: string): Promise<string> {
    const stored = await this.#read(normal(typed))
    if (!stored || textOf(stored, 'state') !== 'pending') throw userCodeUnknown()
    return textOf(stored, 'clientId')
  }

  async answer(typed: string, answer: { userId: string } | 'declined'): Promise<void> {
    const code = normal(typed)
    const clientId = await this.clientOf(code)
    const state =
      answer === 'declined' ? { state: 'declined' } : { state: 'approved', userId: answer.userId }
    await this.#write(code, { clientId, ...state }, { isNew: false })
  }

  async stateOf(code: string): Promise<DeviceSignIn | undefined> {
    const stored = await this.#read(code)
    if (!stored) return undefined
    const state = textOf(stored, 'state')
    if (state === 'approved') return { state, userId: textOf(stored, 'userId') }
    return { state: state === 'declined' ? 'declined' : 'pending' }
  }

  async remove(code: string): Promise<void> {
    await this.#store.write([{ kind: 'document.delete', collection, partition: code, id: code }])
  }

  async #read(code: string): Promise<JsonObject | undefined> {
    const document = await this.#store.getDocument({ collection, partition: code, id: code })
    const body = document && parseJson(document.body)
    return isJsonObject(body) ? body : undefined
  }

  async #write(code: string, body: JsonObject, options: { isNew: boolean }): Promise<void> {
    await this.#store.write([
      {
        kind: 'document.put',
        collection,
        partition: code,
        id: code,
        body: JSON.stringify(body),
        etag: newUuid(),
        timeToLiveMs: deviceCodeLifeMs,
        expect: options.isNew ? 'absent' : 'present',
      },
    ])
  }
}

function normal(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, '')
}
