import type { ServiceProvider } from './service-provider.ts'

/** The service providers that there are, found by id without regard to case. */
export class ServiceProviders {
  readonly #byId: ReadonlyMap<string, ServiceProvider>

  constructor(providers: readonly ServiceProvider[]) {
    this.#byId = new Map(providers.map((provider) => [provider.id.toLowerCase(), provider]))
  }

  find(id: string): ServiceProvider | undefined {
    return this.#byId.get(id.toLowerCase())
  }

  action(id: string, operation: string): ServiceProvider['actions'][string] | undefined {
    return lookUp(this.find(id)?.actions, operation)
  }

  trigger(id: string, operation: string): ServiceProvider['triggers'][string] | undefined {
    return lookUp(this.find(id)?.triggers, operation)
  }
}

function lookUp<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  if (!table) return undefined
  const lower = name.toLowerCase()
  const key = Object.keys(table).find((each) => each.toLowerCase() === lower)
  return key === undefined ? undefined : table[key]
}
