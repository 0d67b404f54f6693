import { ServiceError } from '../../base/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import { masterKeyName, type FunctionKeys, type KeyScope } from './function-keys.ts'

export interface KeyAnswer {
  readonly status: number
  readonly body?: JsonValue
}

/**
 * The key management API of the host: list, show, make or renew (POST), set (PUT) and delete.
 * https://github.com/Azure/azure-functions-host/wiki/Key-management-API
 */
export class AdminKeys {
  readonly #keys: FunctionKeys

  constructor(keys: FunctionKeys) {
    this.#keys = keys
  }

  async handle(request: {
    readonly method: string
    readonly scope: KeyScope
    /** Where the keys of the scope are: `/admin/host/keys`. */
    readonly path: string
    readonly keyName: string | undefined
    readonly body: () => Promise<JsonValue | undefined>
  }): Promise<KeyAnswer> {
    const { method, scope, path, keyName } = request
    if (keyName === undefined) {
      return method === 'GET' ? { status: 200, body: await this.#list(scope, path) } : notAllowed
    }
    switch (method) {
      case 'GET': {
        const value = (await this.#valuesOf(scope))[keyName]
        return value === undefined
          ? { status: 404 }
          : { status: 200, body: describe(path, keyName, value) }
      }
      case 'POST':
        return this.#set(request.scope, { path, keyName })
      case 'PUT':
        return this.#set(request.scope, {
          path,
          keyName,
          value: givenValue(await request.body(), keyName),
        })
      case 'DELETE':
        return { status: (await this.#keys.delete(scope, keyName)) ? 204 : 404 }
      default:
        return notAllowed
    }
  }

  async #list(scope: KeyScope, path: string): Promise<JsonObject> {
    const values = await this.#valuesOf(scope)
    return {
      keys: Object.entries(values).map(([name, value]) => ({ name, value })),
      links: [{ rel: 'self', href: path }],
    }
  }

  // The host shows its master key among the system keys.
  async #valuesOf(scope: KeyScope): Promise<Record<string, string>> {
    if (scope.kind === 'function') return this.#keys.listFunctionKeys(scope.functionName)
    const { masterKey, functionKeys, systemKeys } = await this.#keys.listHostKeys()
    return scope.kind === 'host' ? functionKeys : { ...systemKeys, [masterKeyName]: masterKey }
  }

  async #set(
    scope: KeyScope,
    key: { path: string; keyName: string; value?: string },
  ): Promise<KeyAnswer> {
    const isMaster = scope.kind === 'system' && key.keyName === masterKeyName
    const target: KeyScope = isMaster ? { kind: 'master' } : scope
    const { created, value } = await this.#keys.set(target, key.keyName, key.value)
    return { status: created ? 201 : 200, body: describe(key.path, key.keyName, value) }
  }
}

const notAllowed: KeyAnswer = { status: 405 }

function givenValue(body: JsonValue | undefined, keyName: string): string {
  const { name, value } = isJsonObject(body) ? body : {}
  const isSame = name === undefined || name === null || name === keyName
  if (typeof value === 'string' && isSame) return value
  throw new ServiceError(
    'BadRequest',
    400,
    `Expected a JSON object with the "value" of the key '${keyName}', and no other name.`,
  )
}

function describe(path: string, name: string, value: string): JsonObject {
  return { name, value, links: [{ rel: 'self', href: `${path}/${name}` }] }
}
