import { readSettings, type SettingsSection } from '../../base/settings-section.ts'

/** Who may call the app from a browser on another origin. */
export interface CorsOptions {
  /** Origins, or the one entry `*`. */
  readonly origins: readonly string[]
  readonly credentials: boolean
}

/** What a `local.settings.json` says. */
export interface LocalSettings {
  readonly values: Readonly<Record<string, string>>
  readonly connectionStrings: Readonly<Record<string, string>>
  readonly localHttpPort?: number
  readonly cors?: CorsOptions
  /** False only where the file says `"EnableAuth": false`: then functions are called without keys. */
  readonly keysEnforced: boolean
  readonly warnings: readonly string[]
}

/**
 * Reads a `local.settings.json`; its `Host.EnableAuth` has the meaning of Core Tools' `--enableAuth`.
 * https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file
 */
export function parseLocalSettings(input: { text: string; file: string }): LocalSettings {
  const section = readSettings(input)
  if (section.boolean('IsEncrypted', false)) {
    throw section.fault(
      'IsEncrypted',
      'encrypted settings are not supported, expected "IsEncrypted": false (run `func settings decrypt`)',
    )
  }
  const host = section.section('Host')
  const port = host.integer('LocalHttpPort', { min: 0, max: 65_535, default: 0 })
  const cors = readCors(host)
  const keysEnforced = host.boolean('EnableAuth', true)
  return {
    values: readValues(section.section('Values')),
    connectionStrings: readConnectionStrings(section.section('ConnectionStrings')),
    ...(port > 0 && { localHttpPort: port }),
    ...(cors && { cors }),
    keysEnforced,
    warnings: section.warnings(),
  }
}

/** A fault in what the settings of an app say, in the words of the real host. */
export class SettingError extends Error {
  override readonly name = 'SettingError'
}

/** How one kind of service looks for its connection, and how its extension words what is missing. */
export interface ConnectionKind {
  /** The connection's name where a binding names none. */
  readonly defaultName: string
  /** Where a section has none of these, it does not say what to connect to. */
  readonly endpointProperties: readonly string[]
  missing(name: string): string
}

/** A connection's setting: one text, or the settings that begin with its name. */
export type Connection =
  | { readonly kind: 'connectionString'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'section'
      readonly name: string
      /** `fullyQualifiedNamespace`, `accountEndpoint`, `credential` ..., named as Microsoft writes them. */
      readonly values: Readonly<Record<string, string>>
    }

/** https://learn.microsoft.com/azure/azure-functions/functions-reference#connections */
export const connectionKinds = {
  cosmosDB: {
    defaultName: 'CosmosDB',
    endpointProperties: ['accountEndpoint'],
    missing: (name) =>
      `Cosmos DB connection configuration '${name}' does not exist. Make sure that it is a defined App Setting.`,
  },
  serviceBus: {
    defaultName: 'ServiceBus',
    endpointProperties: ['fullyQualifiedNamespace'],
    missing: (name) =>
      `Service Bus account connection string with name '${name}' does not exist in the settings. Make sure that it is a defined App Setting.`,
  },
  storage: {
    defaultName: 'Storage',
    endpointProperties: [
      'serviceUri',
      'blobServiceUri',
      'queueServiceUri',
      'tableServiceUri',
      'accountName',
    ],
    missing: (name) =>
      `Storage account connection string 'AzureWebJobs${name}' does not exist. Make sure that it is a defined App Setting.`,
  },
} as const satisfies Record<string, ConnectionKind>

/** The settings of one function app: those of its deployment, then those of its `local.settings.json`. */
export class AppSettings {
  /** What the app finds in its environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly #byKey = new Map<string, { name: string; value: string }>()

  /** A setting of the deployment wins: Core Tools too skips what the environment already has. */
  constructor(deployment: Readonly<Record<string, string>>, local?: LocalSettings) {
    const names = Object.keys(local?.connectionStrings ?? {})
    const localNames = [
      ...Object.entries(local?.values ?? {}),
      ...names.map((name) => [`ConnectionStrings:${name}`, local?.connectionStrings[name] ?? '']),
    ]
    for (const [name = '', value = ''] of [...localNames, ...Object.entries(deployment)]) {
      this.#byKey.set(keyOf(name), { name, value })
    }
    this.environment = Object.fromEntries(
      [...this.#byKey.values()].map(({ name, value }) => [name, value]),
    )
  }

  /** The setting of a name; case does not matter, and `__` is the same as `:`. */
  get(name: string): string | undefined {
    return this.#byKey.get(keyOf(name))?.value
  }

  /**
   * Replaces each `%NAME%` by the setting of that name.
   * https://learn.microsoft.com/azure/azure-functions/functions-bindings-expressions-patterns#binding-expressions---app-settings
   */
  resolve(text: string): string {
    const parts = text.split('%')
    if (parts.length % 2 === 0) {
      const position = text.lastIndexOf('%')
      throw new SettingError(`The '%' at position ${position} does not have a closing '%'`)
    }
    return parts.map((part, index) => (index % 2 === 1 ? this.#valueOf(part) : part)).join('')
  }

  /** Finds a connection as the extensions do: `AzureWebJobs` and its name first, then its name alone. */
  readConnection(name: string | undefined, kind: ConnectionKind): Connection {
    const wanted = name === undefined || name.trim() === '' ? kind.defaultName : name
    for (const candidate of [`AzureWebJobs${wanted}`, wanted]) {
      const connection =
        this.#connectionAt(`ConnectionStrings:${candidate}`, wanted) ??
        this.#connectionAt(candidate, wanted)
      if (!connection) continue
      checkSection(connection, kind)
      return connection
    }
    throw new SettingError(kind.missing(redacted(wanted)))
  }

  #valueOf(name: string): string {
    const value = this.get(name)
    if (value === undefined) throw new SettingError(`'%${name}%' does not resolve to a value.`)
    return value
  }

  #connectionAt(path: string, name: string): Connection | undefined {
    const value = this.get(path)
    if (value !== undefined && value.trim() !== '') {
      return { kind: 'connectionString', name, value }
    }
    const prefix = `${keyOf(path)}:`
    const members = [...this.#byKey]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, member]) => [canonicalName(key.slice(prefix.length)), member.value])
    if (members.length === 0) return undefined
    return { kind: 'section', name, values: Object.fromEntries(members) }
  }
}

function keyOf(name: string): string {
  return name.replaceAll('__', ':').toLowerCase()
}

const sectionProperties = [
  ...connectionKinds.cosmosDB.endpointProperties,
  ...connectionKinds.serviceBus.endpointProperties,
  ...connectionKinds.storage.endpointProperties,
  'credential',
  'clientId',
  'clientSecret',
  'tenantId',
  'managedIdentityResourceId',
]

function canonicalName(key: string): string {
  return sectionProperties.find((name) => name.toLowerCase() === key) ?? key
}

function checkSection(connection: Connection, kind: ConnectionKind): void {
  if (connection.kind === 'connectionString') return
  if (kind.endpointProperties.some((name) => connection.values[name]?.trim())) return
  throw new SettingError(
    `Connection should have an '${kind.endpointProperties[0]}' property or be a string representing a connection string.`,
  )
}

/** A whole connection string where only its setting's name belongs must not reach a log. */
function redacted(name: string): string {
  const secret = /(?:Endpoint|AccountKey|SharedAccessKey|SharedAccessSignature)\s*=/i.test(name)
  return secret
    ? '<< REDACTED >> (a full connection string was incorrectly used instead of a connection setting name)'
    : name
}

function readValues(section: SettingsSection): Record<string, string> {
  return Object.fromEntries(section.names().map((name) => [name, section.text(name) ?? '']))
}

function readConnectionStrings(section: SettingsSection): Record<string, string> {
  const entries = section.names().map((name) => {
    if (section.isSection(name)) {
      const entry = section.section(name)
      entry.accept('ProviderName')
      return [name, entry.string('ConnectionString') ?? '']
    }
    return [name, section.string(name) ?? '']
  })
  return Object.fromEntries(entries)
}

function readCors(host: SettingsSection): CorsOptions | undefined {
  const text = host.string('CORS')
  const credentials = host.boolean('CORSCredentials', false)
  if (text === undefined) return undefined
  const origins = text
    .split(',')
    .map((origin) => origin.trim().replace(/\/$/, ''))
    .filter((origin) => origin !== '')
  if (credentials && origins.includes('*')) {
    throw host.fault('CORSCredentials', 'credentials cannot be allowed for every origin (*)')
  }
  return { origins, credentials }
}
