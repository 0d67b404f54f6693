import { stringMember } from '../base/json.ts'
import type { ApiManagement } from '../services/api-management/service.ts'
import type { AppRegistration, Endpoints } from './endpoints.ts'
import { developmentKey as developmentCosmosKey } from '../services/cosmos-db/account.ts'
import { developmentAccount, developmentKey } from '../services/storage/account.ts'
import type { Listeners } from './listeners.ts'
import type { Services } from './services.ts'

/** Addresses and keys of a running instance, for `endpoints.json`. */
export function endpointsOf(
  options: Services & {
    listeners: Listeners
    registrations: Readonly<Record<string, AppRegistration>>
    host: string
  },
): Endpoints {
  const { listeners, functions, host, apiManagement, registrations } = options
  const { front } = listeners
  const gateway = listeners.origin('gateway')
  const apps = [...functions.ports()].map(([name, port]) => [name, `http://${host}:${port}`])
  return {
    console: listeners.consoleUrl,
    ...(gateway === undefined ? {} : { gateway }),
    ...(front ? { management: front.url, entra: front.url } : {}),
    functions: Object.fromEntries(apps),
    ...logicAppEndpoints(options),
    ...storageEndpoints(options),
    ...cosmosEndpoints(options),
    ...serviceBusEndpoints(options),
    ...eventGridEndpoints(options),
    ...(front
      ? {
          ca: front.authority.caPath,
          subscriptions: subscriptionKeys(apiManagement),
          appRegistrations: registrations,
        }
      : {}),
    pid: process.pid,
  }
}

function logicAppEndpoints({
  logicApps,
  host,
}: Pick<Services, 'logicApps'> & { host: string }): Pick<Endpoints, 'logicApps' | 'logicAppKeys'> {
  const apps = logicApps.apps()
  if (apps.length === 0) return {}
  const addresses = apps.map(({ app, port }) => [app.name, `http://${host}:${port}`])
  const keys = apps.map(({ app }) => [app.name, { masterKey: app.keys.masterKey }])
  return { logicApps: Object.fromEntries(addresses), logicAppKeys: Object.fromEntries(keys) }
}

function storageEndpoints({
  listeners,
  storage,
}: Pick<Services, 'storage'> & { listeners: Listeners }): Pick<Endpoints, 'storage'> {
  const [blob, queue] = [listeners.origin('blob'), listeners.origin('queue')]
  const table = listeners.origin('table')
  if (blob === undefined) return {}
  const endpointsOfAccount = (name: string) => ({
    blob: `${blob}/${name}`,
    queue: `${queue}/${name}`,
    table: `${table}/${name}`,
  })
  const accounts = storage.accounts.declared().map(({ name, keys }) => {
    const endpoints = { ...endpointsOfAccount(name), dfs: `${blob}/${name}` }
    return [name, { ...endpoints, connectionString: connectionString(name, keys[0], endpoints) }]
  })
  const development = endpointsOfAccount(developmentAccount)
  return {
    storage: {
      ...development,
      connectionString: connectionString(developmentAccount, developmentKey, development),
      accounts: Object.fromEntries(accounts),
    },
  }
}

function connectionString(
  name: string,
  key: string,
  endpoints: { readonly blob: string; readonly queue: string; readonly table: string },
): string {
  const { blob, queue, table } = endpoints
  return `DefaultEndpointsProtocol=http;AccountName=${name};AccountKey=${key};BlobEndpoint=${blob};QueueEndpoint=${queue};TableEndpoint=${table};`
}

function cosmosEndpoints({
  listeners,
  cosmosDb,
}: Pick<Services, 'cosmosDb'> & { listeners: Listeners }): Pick<Endpoints, 'cosmos'> {
  const origin = listeners.origin('cosmos')
  if (origin === undefined) return {}
  const endpoint = `https://localhost:${new URL(origin).port}`
  const entryOf = (key: string) => ({
    key,
    connectionString: `AccountEndpoint=${endpoint}/;AccountKey=${key};`,
  })
  const [first, ...others] = cosmosDb
    .accounts()
    .map(({ name, keys }) => [name, entryOf(keys.primaryMasterKey)] as const)
  const accounts = first ? Object.fromEntries([first, ...others]) : {}
  return { cosmos: { endpoint, ...(first?.[1] ?? entryOf(developmentCosmosKey)), accounts } }
}

function serviceBusEndpoints({
  listeners,
  serviceBus,
}: Pick<Services, 'serviceBus'> & { listeners: Listeners }): Pick<Endpoints, 'serviceBus'> {
  const port = listeners.messagingPort
  const namespaces = serviceBus.namespaces().map(({ name, authorizationRules }) => {
    const rule = authorizationRules.get('', 'RootManageSharedAccessKey')
    const key = `SharedAccessKeyName=${rule.name};SharedAccessKey=${rule.primaryKey}`
    const connectionString = `Endpoint=sb://localhost:${port};${key};UseDevelopmentEmulator=true;`
    return { name, connectionString }
  })
  const [first] = namespaces
  if (port === undefined || !first) return {}
  const byName = namespaces.map(({ name, connectionString }) => [name, { connectionString }])
  return {
    serviceBus: {
      connectionString: first.connectionString,
      namespaces: Object.fromEntries(byName),
    },
  }
}

function eventGridEndpoints({
  listeners,
  eventGrid,
}: Pick<Services, 'eventGrid'> & { listeners: Listeners }): Pick<Endpoints, 'eventGrid'> {
  const origin = listeners.origin('eventGrid')
  if (origin === undefined) return {}
  const topics = eventGrid
    .endpoints()
    .map(({ name, key }) => [name, { endpoint: `${origin}/topics/${name}/api/events`, key }])
  return topics.length === 0 ? {} : { eventGrid: { topics: Object.fromEntries(topics) } }
}

function subscriptionKeys(apiManagement: ApiManagement): Record<string, { primaryKey: string }> {
  const keys: Record<string, { primaryKey: string }> = {}
  for (const instance of apiManagement.instances()) {
    for (const { names, properties } of instance.list('subscriptions')) {
      const [name = ''] = names
      const primaryKey = stringMember(properties, 'primaryKey')
      if (name !== 'master' && primaryKey !== undefined) keys[name] = { primaryKey }
    }
  }
  return keys
}
