import { stringMember } from '../base/json.ts'
import type { ApiManagement } from '../services/api-management/service.ts'
import type { AppRegistration, Endpoints } from './endpoints.ts'
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
  const { published } = listeners
  const apps = [...functions.ports()].map(([name, port]) => [name, `http://${host}:${port}`])
  return {
    console: listeners.consoleUrl,
    ...(published
      ? {
          ...(published.gateway === undefined ? {} : { gateway: published.gateway }),
          management: published.front,
          entra: published.front,
        }
      : {}),
    functions: Object.fromEntries(apps),
    ...(published
      ? {
          ca: published.authority.caPath,
          subscriptions: subscriptionKeys(apiManagement),
          appRegistrations: registrations,
        }
      : {}),
    pid: process.pid,
  }
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
