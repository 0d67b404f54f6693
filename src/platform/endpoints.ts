import { chmodSync, rmSync, writeFileSync, readFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, objectMember, parseJson, stringMember } from '../base/json.ts'

/** What a running instance tells other programs: addresses and keys. Entries appear as their service lands. */
export interface Endpoints {
  readonly console: string
  /** Published APIs, where there are any. */
  readonly gateway?: string
  readonly management?: string
  readonly entra?: string
  /** By service of azure.yaml. */
  readonly functions: Readonly<Record<string, string>>
  /** Logic apps, by service of azure.yaml. */
  readonly logicApps?: Readonly<Record<string, string>>
  /** What the management of a logic app asks for: it gives the signed addresses of triggers. */
  readonly logicAppKeys?: Readonly<Record<string, { readonly masterKey: string }>>
  readonly storage?: StorageEndpoints
  /** The account of the solution, or the first of them; others are reached by their own names. */
  readonly cosmos?: CosmosEndpoints
  /** The namespace of the solution, or the first of them, and each by its name. */
  readonly serviceBus?: ServiceBusEndpoints
  /** Custom topics and domains, by name. */
  readonly eventGrid?: {
    readonly topics: Readonly<Record<string, { readonly endpoint: string; readonly key: string }>>
  }
  /** The certificate authority of the addresses with https. */
  readonly ca?: string
  /** By name of the API Management subscription. */
  readonly subscriptions?: Readonly<Record<string, { readonly primaryKey: string }>>
  /** Applications that the solutions registered, by name. */
  readonly appRegistrations?: Readonly<Record<string, AppRegistration>>
  /** The process that serves them. */
  readonly pid: number
}

/** Where storage accounts are: the account of the solution as `devstoreaccount1`, and each by its name. */
export interface StorageEndpoints {
  readonly blob: string
  readonly queue: string
  readonly table: string
  readonly connectionString: string
  readonly accounts: Readonly<Record<string, StorageAccountEndpoints>>
}

/** Where one storage account is. */
export interface StorageAccountEndpoints {
  readonly blob: string
  readonly dfs: string
  readonly queue: string
  readonly table: string
  readonly connectionString: string
}

/** Where the databases are: each account answers to its own keys. */
export interface CosmosEndpoints {
  /** `https://localhost:8081`, by TLS; plain HTTP is answered there too. */
  readonly endpoint: string
  readonly key: string
  readonly connectionString: string
  readonly accounts: Readonly<
    Record<string, { readonly key: string; readonly connectionString: string }>
  >
}

/** Where Service Bus is, as its clients are told: unencrypted on this machine's own address. */
export interface ServiceBusEndpoints {
  readonly connectionString: string
  readonly namespaces: Readonly<Record<string, { readonly connectionString: string }>>
}

/** What a client needs to obtain a token by client credentials. */
export interface AppRegistration {
  readonly tenantId: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scope: string
}

/** Writes the file so that only its owner can read it: it holds secrets. */
export function writeEndpoints(dataDir: string, endpoints: Endpoints): void {
  const file = endpointsFile(dataDir)
  writeFileSync(file, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
}

export function removeEndpoints(dataDir: string): void {
  rmSync(endpointsFile(dataDir), { force: true })
}

/** The endpoints of the instance on this state, or `undefined` when none has written any. */
export function readEndpoints(dataDir: string): Endpoints | undefined {
  const file = endpointsFile(dataDir)
  if (!existsSync(file)) return undefined
  const content = parseJson(readFileSync(file, 'utf8'))
  const functions = Object.entries(objectMember(content, 'functions'))
  const pid = isJsonObject(content) ? content['pid'] : undefined
  return {
    console: stringMember(content, 'console') ?? '',
    functions: Object.fromEntries(
      functions.flatMap(([name, url]) => (typeof url === 'string' ? [[name, url]] : [])),
    ),
    pid: typeof pid === 'number' ? pid : 0,
  }
}

function endpointsFile(dataDir: string): string {
  return join(dataDir, 'endpoints.json')
}
