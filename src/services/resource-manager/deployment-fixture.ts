import { ManualClock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import type { ResourceProvider } from '../../engines/resources/resource-provider.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { Store } from '../../store/store.ts'
import type { DeployOptions } from './deployment.ts'
import { ResourceManager } from './service.ts'

const subscriptionId = '11111111-1111-1111-1111-111111111111'
const tenantId = '22222222-2222-2222-2222-222222222222'
/** The id of the resource group that tests deploy to. */
export const group = `/subscriptions/${subscriptionId}/resourceGroups/rg-main`

/** An empty store. */
export async function openStore(): Promise<Store> {
  return openSqliteStore({ path: ':memory:', clock: new ManualClock() })
}

/** A resource manager without services, as it is after a start on that store. */
export function open(store: Store, clock = new ManualClock()): ResourceManager {
  const logger = newLogger({ level: 'silent', name: 'test' })
  return new ResourceManager({ store, clock, logger, subscriptionId, tenantId, location: 'here' })
}

/** A small service: it keeps what is put, in the order in which it came. */
export class Shelf {
  readonly puts: string[] = []
  readonly deletes: string[] = []
  readonly properties = new Map<string, JsonObject>()
  refused: string | undefined

  provider(type: string): ResourceProvider {
    return {
      type,
      put: async ({ names, properties }) => {
        const name = names.join('/')
        if (name === this.refused) throw new ServiceError('Conflict', 409, 'It is being used.')
        this.puts.push(name)
        this.properties.set(name, properties)
        return { properties: { ...properties, endpoint: `https://${name}/` } }
      },
      delete: async (names) => {
        this.deletes.push(names.join('/'))
      },
      actions: { listKeys: async (names) => ({ key: `key of ${names.join('/')}` }) },
    }
  }
}

/** Registers a shelf for the types and the queues inside them. */
export function shelved(manager: ResourceManager, types = ['Test.Bus/namespaces']): Shelf {
  const shelf = new Shelf()
  for (const type of types) {
    manager.register(shelf.provider(type))
    manager.register(shelf.provider(`${type}/queues`))
  }
  return shelf
}

/** A deployment of that text as `main.bicep`. */
export function files(text: string, others: Record<string, string> = {}): DeployOptions {
  const all: Record<string, string> = { 'main.bicep': text, ...others }
  return { file: 'main.bicep', readFile: (path) => all[path] }
}

/** A queue written before the namespace that it is in. */
export const namespaceAndQueue = `
param lock string = 'PT1M'
resource queue 'Test.Bus/namespaces/queues@2022-10-01' = {
  parent: bus
  name: 'orders'
  properties: { lockDuration: lock }
}
resource bus 'Test.Bus/namespaces@2022-10-01' = {
  name: 'bus'
}
`
