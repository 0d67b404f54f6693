// Survives a crash: every key. A key that was told to a caller is in the store before.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { ServiceError } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import { parseJson, stringMember, type JsonObject } from '../../base/json.ts'
import { ExpectationFailed, type Store } from '../../store/store.ts'
import { keysPerScopeMax } from './limits.ts'

export type AuthLevel = 'anonymous' | 'function' | 'admin'

/** What a key opens: one function, all functions of the app, an extension's endpoint, or everything. */
export type KeyScope =
  | { readonly kind: 'function'; readonly functionName: string }
  | { readonly kind: 'host' }
  | { readonly kind: 'system' }
  | { readonly kind: 'master' }

/** The name of the one key of the scope `master`. */
export const masterKeyName = '_master'

/** The key that a request presents: the header `x-functions-key`, else `?code=`. */
export function presentedKey(request: {
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}): string | undefined {
  const header = request.headers['x-functions-key']
  const text = Array.isArray(header) ? header[0] : header
  if (text) return text
  const query = (request.url ?? '').split('?')[1]
  return (query && new URLSearchParams(query).get('code')) || undefined
}

/**
 * The access keys of one function app; the master key and a host key `default` are made when first asked for.
 * https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
 */
export class FunctionKeys {
  readonly #store: Store
  readonly #collection: string
  #digests: Promise<ReadonlyMap<string, readonly Buffer[]>> | undefined
  #stopListening: (() => void) | undefined

  constructor(options: { store: Store; app: string }) {
    this.#store = options.store
    this.#collection = `functions/${options.app}/keys`
  }

  /** Forgets what it read; only one that was asked `allows` needs it. */
  stop(): void {
    this.#stopListening?.()
    this.#stopListening = undefined
    this.#digests = undefined
  }

  /**
   * Whether a key opens a function, at the level `admin` the host, at `system` the extensions' endpoints. A wrong
   * key takes as long as a right one.
   */
  async allows(request: {
    readonly level: AuthLevel | 'system'
    readonly functionName?: string
    readonly key: string | undefined
  }): Promise<boolean> {
    if (request.level === 'anonymous') return true
    if (request.key === undefined) return false
    const scopes: KeyScope[] = [{ kind: 'master' }]
    if (request.level === 'system') scopes.push({ kind: 'system' })
    if (request.level === 'function') {
      scopes.push({ kind: 'host' })
      if (request.functionName !== undefined) {
        scopes.push({ kind: 'function', functionName: request.functionName })
      }
    }
    const digests = await this.#readDigests()
    const presented = digestOf(request.key)
    let found = false
    for (const digest of scopes.flatMap((scope) => digests.get(partitionOf(scope)) ?? [])) {
      found = timingSafeEqual(digest, presented) || found
    }
    return found
  }

  /** What `listKeys` of the resource `host/default` answers. */
  async listHostKeys(): Promise<{
    masterKey: string
    functionKeys: Record<string, string>
    systemKeys: Record<string, string>
  }> {
    const master = await this.#listOrCreate({ kind: 'master' }, masterKeyName)
    return {
      masterKey: master[masterKeyName] ?? '',
      functionKeys: await this.#listOrCreate({ kind: 'host' }, 'default'),
      systemKeys: await this.list({ kind: 'system' }),
    }
  }

  /** The key of an extension's endpoint; it is made when there is none yet. */
  async systemKey(name: string): Promise<string> {
    const scope = { kind: 'system' } as const
    const existing = (await this.list(scope))[name]
    return existing ?? (await this.set(scope, name)).value
  }

  /** The keys of one function by name, with its `default` made when it has none. */
  listFunctionKeys(functionName: string): Promise<Record<string, string>> {
    return this.#listOrCreate({ kind: 'function', functionName }, 'default')
  }

  /** The keys of a scope by name. */
  async list(scope: KeyScope): Promise<Record<string, string>> {
    const keys: Record<string, string> = {}
    const partition = partitionOf(scope)
    for await (const page of this.#store.scan({ collection: this.#collection, partition })) {
      for (const { body } of page) {
        const stored = parseJson(body)
        keys[stringMember(stored, 'name') ?? ''] = stringMember(stored, 'value') ?? ''
      }
    }
    return keys
  }

  /** Creates or renews a key; without a value it is a new secret. */
  async set(
    scope: KeyScope,
    name: string,
    value: string = newSecret(),
  ): Promise<{ created: boolean; value: string }> {
    checkName(scope, name)
    if (value === '') throw new ServiceError('BadRequest', 400, 'Invalid key value')
    const existing = await this.list(scope)
    if (!(name in existing) && Object.keys(existing).length >= keysPerScopeMax) {
      throw new ServiceError('Conflict', 409, `There may be at most ${keysPerScopeMax} keys.`)
    }
    const [{ created }] = await this.#store.write([this.#put(scope, name, value)])
    return { created, value }
  }

  /** False when there was no such key. */
  async delete(scope: KeyScope, name: string): Promise<boolean> {
    if (scope.kind === 'master' || name.startsWith('_')) {
      throw new ServiceError('BadRequest', 400, 'Invalid key name.')
    }
    const [{ deleted }] = await this.#store.write([
      { kind: 'document.delete', ...this.#keyOf(scope, name) },
    ])
    return deleted
  }

  async #listOrCreate(scope: KeyScope, name: string): Promise<Record<string, string>> {
    const keys = await this.list(scope)
    if (Object.keys(keys).length > 0) return keys
    try {
      await this.#store.write([{ ...this.#put(scope, name, newSecret()), expect: 'absent' }])
    } catch (error) {
      // Another caller made it meanwhile: then its secret is the key.
      if (!(error instanceof ExpectationFailed)) throw error
    }
    return this.list(scope)
  }

  #put(scope: KeyScope, name: string, value: string) {
    const body: JsonObject = { name, value }
    return {
      kind: 'document.put',
      ...this.#keyOf(scope, name),
      body: JSON.stringify(body),
      etag: newUuid(),
    } as const
  }

  #keyOf(scope: KeyScope, name: string) {
    return { collection: this.#collection, partition: partitionOf(scope), id: name.toLowerCase() }
  }

  #readDigests(): Promise<ReadonlyMap<string, readonly Buffer[]>> {
    this.#stopListening ??= this.#store.onCommit((commit) => {
      if (commit.collections.has(this.#collection)) this.#digests = undefined
    })
    const digests = this.#digests ?? this.#loadDigests()
    this.#digests = digests
    digests.catch(() => (this.#digests = undefined))
    return digests
  }

  async #loadDigests(): Promise<ReadonlyMap<string, readonly Buffer[]>> {
    const digests = new Map<string, Buffer[]>()
    for await (const page of this.#store.scan({ collection: this.#collection })) {
      for (const { partition, body } of page) {
        const value = stringMember(parseJson(body), 'value') ?? ''
        digests.set(partition, [...(digests.get(partition) ?? []), digestOf(value)])
      }
    }
    return digests
  }
}

function partitionOf(scope: KeyScope): string {
  return scope.kind === 'function' ? `function:${scope.functionName.toLowerCase()}` : scope.kind
}

function checkName(scope: KeyScope, name: string): void {
  const isMaster = scope.kind === 'master'
  const fits = isMaster ? name === masterKeyName : /^[a-z\d][\w.-]{0,126}$/i.test(name)
  if (!fits) throw new ServiceError('BadRequest', 400, 'Invalid key name.')
}

/** Digests have one length, so that comparing them tells nothing of the key. */
function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

/** As long as Azure's: 40 random bytes, in letters that need no escape in an address. */
function newSecret(): string {
  return randomBytes(40).toString('base64url')
}
