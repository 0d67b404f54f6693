import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../base/json.ts'
import type { ExpressionEnvironment } from '../../languages/workflow-expression/environment.ts'
import { readJson } from '../../languages/workflow-expression/json-text.ts'
import { compileTemplate } from '../../languages/workflow-expression/template.ts'
import {
  type Value,
  type ValueObject,
  isObject,
} from '../../languages/workflow-expression/value.ts'
import type { ManagedConnection } from './managed-connector.ts'
import type { ServiceProviderConnection } from './service-provider.ts'
import { memberOf, objectOf, textOf, toJsonObject } from './workflow-value.ts'

/**
 * The connections of an app: the file `connections.json` with its settings and parameters followed.
 * https://learn.microsoft.com/azure/logic-apps/devops-deployment-single-tenant-azure-logic-apps#connections
 */
export class Connections {
  readonly #managed = new Map<string, ManagedConnection>()
  readonly #providers = new Map<string, ServiceProviderConnection & { readonly provider: string }>()
  readonly #functions = new Map<string, ValueObject>()
  readonly #apiManagement = new Map<string, ValueObject>()
  /** Connections that could not be read, with the reason: an action that uses one fails by it. */
  readonly faults: readonly string[]

  constructor(file: Value, environment: ExpressionEnvironment) {
    const faults: string[] = []
    const evaluate = (name: string, entry: Value): ValueObject => {
      try {
        const value = compileTemplate(entry).evaluate(environment)
        return isObject(value) ? value : {}
      } catch (error) {
        faults.push(`the connection '${name}': ${error instanceof Error ? error.message : ''}`)
        return {}
      }
    }
    for (const [name, entry] of Object.entries(objectOf(file, 'managedApiConnections'))) {
      this.addManaged(name, evaluate(name, entry))
    }
    for (const [name, entry] of Object.entries(objectOf(file, 'serviceProviderConnections'))) {
      const value = evaluate(name, entry)
      const parameterSetName = textOf(value, 'parameterSetName')
      this.#providers.set(name.toLowerCase(), {
        name,
        provider: lastSegment(textOf(objectOf(value, 'serviceProvider'), 'id') ?? ''),
        parameterValues: toJsonObject(objectOf(value, 'parameterValues')),
        ...(parameterSetName === undefined ? {} : { parameterSetName }),
      })
    }
    for (const [name, entry] of Object.entries(objectOf(file, 'functionConnections'))) {
      this.#functions.set(name.toLowerCase(), evaluate(name, entry))
    }
    for (const [name, entry] of Object.entries(objectOf(file, 'apiManagementConnections'))) {
      this.#apiManagement.set(name.toLowerCase(), evaluate(name, entry))
    }
    this.faults = faults
  }

  /** Adds a connection of a `$connections` parameter or a flow's `connectionReferences`. */
  addManaged(name: string, entry: ValueObject): void {
    const id = textOf(objectOf(entry, 'api'), 'id') ?? textOf(entry, 'id') ?? ''
    const api = lastSegment(id).replace(/^shared_/, '')
    const definition: JsonObject = toJsonObject(entry)
    this.#managed.set(name.toLowerCase(), { name, api, definition })
  }

  managed(name: string): ManagedConnection | undefined {
    return this.#managed.get(name.toLowerCase())
  }

  /** The connection whose resource id it is: what `@parameters('$connections')['x']['connectionId']` gives. */
  managedById(id: string): ManagedConnection | undefined {
    for (const connection of this.#managed.values()) {
      const { connectionId, connection: own } = connection.definition
      if (connectionId === id) return connection
      if (own !== null && typeof own === 'object' && !Array.isArray(own) && own['id'] === id) {
        return connection
      }
    }
    return undefined
  }

  /** `triggerUrl` and `authentication` of a function. */
  functions(name: string): ValueObject | undefined {
    return this.#functions.get(name.toLowerCase())
  }

  /** `baseUrl` and `subscriptionKey` of an API. */
  apiManagement(name: string): ValueObject | undefined {
    return this.#apiManagement.get(name.toLowerCase())
  }

  provider(name: string): (ServiceProviderConnection & { readonly provider: string }) | undefined {
    return this.#providers.get(name.toLowerCase())
  }
}

/** Reads `connections.json`, or gives an empty one. */
export function readConnectionsFile(dir: string): Value {
  const file = join(dir, 'connections.json')
  return existsSync(file) ? readJson(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')) : {}
}

/** Reads `parameters.json`: the values of parameters, by name. */
export function readParametersFile(dir: string): ReadonlyMap<string, Value> {
  const file = join(dir, 'parameters.json')
  if (!existsSync(file)) return new Map()
  const value = readJson(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''))
  const entries = isObject(value) ? Object.entries(value) : []
  return new Map(
    entries.map(([name, entry]) => [name.toLowerCase(), memberOf(entry, 'value') ?? null]),
  )
}

/** The last segment of an id: `/serviceProviders/serviceBus` -> `serviceBus`. */
export function lastSegment(id: string): string {
  return id.split('/').findLast((segment) => segment !== '') ?? ''
}
