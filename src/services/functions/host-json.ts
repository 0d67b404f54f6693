import {
  readSettings,
  type SettingOverride,
  type SettingsSection,
} from '../../base/settings-section.ts'
import { formatTimeSpan, parseTimeSpan } from '../../languages/ncrontab/time-span.ts'
import { functionTimeoutMsDefault, functionTimeoutMsMin, storageQueueBatchMax } from './limits.ts'
import { parseRetryPolicy, type RetryPolicy } from './retry-policy.ts'

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none'

interface HttpOptions {
  /** Empty when the routes have no prefix; never begins or ends with a slash. */
  readonly routePrefix: string
  /** -1: no limit. */
  readonly maxConcurrentRequests: number
  /** -1: no limit. More requests than this, waiting and running, are answered with 429. */
  readonly maxOutstandingRequests: number
  readonly customHeaders: Readonly<Record<string, string>>
}

interface ServiceBusOptions {
  readonly autoCompleteMessages: boolean
  readonly maxAutoLockRenewalMs: number
  readonly maxConcurrentCalls: number
  readonly maxConcurrentSessions: number
  readonly maxMessageBatchSize: number
  readonly minMessageBatchSize: number
  readonly maxBatchWaitMs: number
  readonly sessionIdleTimeoutMs: number
}

interface CosmosDbOptions {
  readonly connectionMode: 'Gateway' | 'Direct'
}

interface QueuesOptions {
  readonly batchSize: number
  readonly newBatchThreshold: number
  readonly maxDequeueCount: number
  readonly visibilityTimeoutMs: number
  readonly maxPollingIntervalMs: number
  readonly messageEncoding: 'base64' | 'none'
}

interface EventHubsOptions {
  readonly maxEventBatchSize: number
  readonly minEventBatchSize: number
  readonly maxWaitMs: number
  readonly batchCheckpointFrequency: number
  readonly prefetchCount: number
}

interface BlobsOptions {
  readonly maxDegreeOfParallelism: number
  readonly poisonBlobThreshold: number
}

export interface LoggingOptions {
  /** By category or the beginning of one: `Function.Orders`, `Host`; `default` is all others. */
  readonly logLevel: Readonly<Record<string, LogLevel>>
}

/** The settings of a function app's `host.json`, with Microsoft's defaults for what it leaves out. */
export interface HostJson {
  /** `undefined`: no limit. */
  readonly functionTimeoutMs: number | undefined
  /** Names of the functions to run; empty means all. */
  readonly functions: readonly string[]
  readonly watchDirectories: readonly string[]
  readonly watchFiles: readonly string[]
  readonly retry?: RetryPolicy
  readonly logging: LoggingOptions
  readonly http: HttpOptions
  readonly serviceBus: ServiceBusOptions
  readonly cosmosDB: CosmosDbOptions
  readonly queues: QueuesOptions
  readonly eventHubs: EventHubsOptions
  readonly blobs: BlobsOptions
  /** What the file asks for that has no effect here, one sentence each. */
  readonly warnings: readonly string[]
}

interface HostJsonInput {
  /** The text of the file; absent when the app has none. */
  readonly text?: string
  readonly file: string
  /** Application settings: those named `AzureFunctionsJobHost__a__b` win over the file. */
  readonly settings?: Readonly<Record<string, string>>
}

/**
 * Reads a `host.json`: https://learn.microsoft.com/azure/azure-functions/functions-host-json
 * Comments are allowed, names are compared without case, and numbers may be written as text, as in the host.
 */
export function parseHostJson(input: HostJsonInput): HostJson {
  const section = readSettings({ ...input, overrides: overridesOf(input.settings ?? {}) })
  // An app without the file, or with an empty one, runs with the defaults.
  if (section.names().length > 0) checkVersion(section)
  for (const name of ['customHandler', 'httpWorker']) {
    section.refuse(name, 'custom handlers are not supported, an app runs on Node.js here')
  }
  const retry = readRetry(section)
  const hostJson = {
    functionTimeoutMs: readFunctionTimeout(section),
    functions: section.strings('functions'),
    watchDirectories: section.strings('watchDirectories'),
    watchFiles: section.strings('watchFiles'),
    ...(retry && { retry }),
    logging: readLogging(section.section('logging')),
    ...readExtensions(section.section('extensions')),
  }
  section.accept('$schema', 'extensionBundle', 'id', 'managedDependency')
  section.inert('aggregator', 'applicationInsights', 'concurrency', 'healthMonitor')
  section.inert('singleton', 'telemetryMode')
  return { ...hostJson, warnings: section.warnings() }
}

/** The lowest level that is kept for a log category: the longest name in `logLevel` that it begins with. */
export function minimumLogLevel(logging: LoggingOptions, category: string): LogLevel {
  let best = ''
  for (const name of Object.keys(logging.logLevel)) {
    const covers = category === name || category.startsWith(`${name}.`)
    if (covers && name.length > best.length) best = name
  }
  return logging.logLevel[best] ?? logging.logLevel['default'] ?? 'information'
}

function overridesOf(settings: Readonly<Record<string, string>>): SettingOverride[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    const [root = '', ...path] = name.split(/__|:/)
    const applies = root.toLowerCase() === 'azurefunctionsjobhost' && path.length > 0
    return applies ? [{ name, path, value }] : []
  })
}

function checkVersion(section: SettingsSection): void {
  const version = section.string('version')
  if (version === undefined || version === '') {
    throw section.fault(
      undefined,
      "The host.json file is missing the required 'version' property. See https://aka.ms/functions-hostjson for steps to migrate the configuration file.",
    )
  }
  if (version === '2.0') return
  const confused = version.startsWith('3')
    ? ' This does not correspond to the function runtime version, only to the schema version of the host.json file.'
    : ''
  throw section.fault(
    'version',
    `'${version}' is an invalid value for host.json 'version' property. We recommend you set the 'version' property to '2.0'.${confused} See https://aka.ms/functions-hostjson for more information on this configuration file.`,
  )
}

function readFunctionTimeout(section: SettingsSection): number | undefined {
  const text = section.string('functionTimeout')
  if (text === undefined) return functionTimeoutMsDefault
  // The host reads "-1" as a TimeSpan of minus one day, which means no limit.
  const timeoutMs = text === '-1' ? -1 : parseTimeSpan(text)
  if (timeoutMs === -1 || timeoutMs === -86_400_000) return undefined
  if (timeoutMs === undefined || timeoutMs < functionTimeoutMsMin) {
    throw section.fault(
      'functionTimeout',
      `expected a duration hh:mm:ss of at least 00:00:01, or -1 for no limit, found '${text}'`,
    )
  }
  return timeoutMs
}

function readRetry(section: SettingsSection): RetryPolicy | undefined {
  const retry = section.raw('retry')
  if (retry === undefined || retry === null) return undefined
  return parseRetryPolicy(retry, (message) => section.fault('retry', message))
}

function readLogging(section: SettingsSection): LoggingOptions {
  section.oneOf('fileLoggingMode', ['never', 'always', 'debugOnly'])
  section.accept('fileLoggingMode', 'applicationInsights', 'console')
  const levels = section.section('logLevel')
  const logLevel: Record<string, LogLevel> = {}
  for (const name of levels.names()) {
    const key = name.toLowerCase() === 'default' ? 'default' : name
    const level = levels.oneOf(name, logLevels)
    if (level) logLevel[key] = level
  }
  return { logLevel }
}

const logLevels = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const

function readExtensions(
  section: SettingsSection,
): Omit<
  HostJson,
  'functionTimeoutMs' | 'functions' | 'watchDirectories' | 'watchFiles' | 'logging' | 'warnings'
> {
  section.inert('durableTask', 'sendGrid', 'mcp', 'sql', 'kafka', 'rabbitMQ', 'signalR')
  return {
    http: readHttp(section.section('http')),
    serviceBus: readServiceBus(section.section('serviceBus')),
    cosmosDB: readCosmosDb(section.section('cosmosDB')),
    queues: readQueues(section.section('queues')),
    eventHubs: readEventHubs(section.section('eventHubs')),
    blobs: readBlobs(section.section('blobs')),
  }
}

function readHttp(section: SettingsSection): HttpOptions {
  const headers = section.section('customHeaders')
  const customHeaders: Record<string, string> = {}
  for (const name of headers.names()) customHeaders[name] = headers.string(name) ?? ''
  section.inert('hsts', 'dynamicThrottlesEnabled')
  return {
    routePrefix: (section.string('routePrefix') ?? 'api').replaceAll(/^\/+|\/+$/g, ''),
    maxConcurrentRequests: section.integer('maxConcurrentRequests', { min: -1, default: -1 }),
    maxOutstandingRequests: section.integer('maxOutstandingRequests', { min: -1, default: -1 }),
    customHeaders,
  }
}

function readServiceBus(section: SettingsSection): ServiceBusOptions {
  section.inert(
    'clientRetryOptions',
    'prefetchCount',
    'transportType',
    'webProxy',
    'enableCrossEntityTransactions',
    'maxConcurrentCallsPerSession',
  )
  const maxMessageBatchSize = section.integer('maxMessageBatchSize', { min: 1, default: 1000 })
  const minMessageBatchSize = section.integer('minMessageBatchSize', {
    min: 1,
    max: maxMessageBatchSize,
    default: 1,
  })
  return {
    autoCompleteMessages: section.boolean('autoCompleteMessages', true),
    maxAutoLockRenewalMs: readDuration(section, 'maxAutoLockRenewalDuration', {
      defaultMs: 300_000,
    }),
    maxConcurrentCalls: section.integer('maxConcurrentCalls', { min: 1, default: 16 }),
    maxConcurrentSessions: section.integer('maxConcurrentSessions', { min: 1, default: 8 }),
    maxMessageBatchSize,
    minMessageBatchSize,
    maxBatchWaitMs: readDuration(section, 'maxBatchWaitTime', {
      defaultMs: 30_000,
      maxMs: 300_000,
    }),
    sessionIdleTimeoutMs: readDuration(section, 'sessionIdleTimeout', { defaultMs: 60_000 }),
  }
}

function readCosmosDb(section: SettingsSection): CosmosDbOptions {
  section.inert('userAgentSuffix')
  const mode = section.oneOf('connectionMode', ['gateway', 'direct'])
  return { connectionMode: mode === 'direct' ? 'Direct' : 'Gateway' }
}

function readQueues(section: SettingsSection): QueuesOptions {
  const batchSize = section.integer('batchSize', {
    min: 1,
    max: storageQueueBatchMax,
    default: 16,
  })
  return {
    batchSize,
    newBatchThreshold: section.integer('newBatchThreshold', {
      min: 0,
      default: Math.floor(batchSize / 2),
    }),
    maxDequeueCount: section.integer('maxDequeueCount', { min: 1, default: 5 }),
    visibilityTimeoutMs: readDuration(section, 'visibilityTimeout', { defaultMs: 0 }),
    maxPollingIntervalMs: readDuration(section, 'maxPollingInterval', {
      defaultMs: 60_000,
      minMs: 100,
    }),
    messageEncoding: section.oneOf('messageEncoding', ['base64', 'none']) ?? 'base64',
  }
}

function readEventHubs(section: SettingsSection): EventHubsOptions {
  section.inert(
    'targetUnprocessedEventThreshold',
    'transportType',
    'webProxy',
    'customEndpointAddress',
    'initialOffsetOptions',
    'clientRetryOptions',
    'loadBalancingUpdateInterval',
    'partitionOwnershipExpirationInterval',
    'trackLastEnqueuedEventProperties',
  )
  const maxEventBatchSize = section.integer('maxEventBatchSize', { min: 1, default: 100 })
  return {
    maxEventBatchSize,
    minEventBatchSize: section.integer('minEventBatchSize', {
      min: 1,
      max: maxEventBatchSize,
      default: 1,
    }),
    maxWaitMs: readDuration(section, 'maxWaitTime', { defaultMs: 60_000, maxMs: 600_000 }),
    batchCheckpointFrequency: section.integer('batchCheckpointFrequency', { min: 1, default: 1 }),
    prefetchCount: section.integer('prefetchCount', { min: 0, default: 300 }),
  }
}

function readBlobs(section: SettingsSection): BlobsOptions {
  return {
    maxDegreeOfParallelism: section.integer('maxDegreeOfParallelism', { min: 1, default: 8 }),
    poisonBlobThreshold: section.integer('poisonBlobThreshold', { min: 1, default: 5 }),
  }
}

function readDuration(
  section: SettingsSection,
  name: string,
  options: { defaultMs: number; minMs?: number; maxMs?: number },
): number {
  const text = section.string(name)
  if (text === undefined) return options.defaultMs
  const durationMs = parseTimeSpan(text)
  const { minMs = 0, maxMs = Number.MAX_SAFE_INTEGER } = options
  if (durationMs !== undefined && durationMs >= minMs && durationMs <= maxMs) return durationMs
  const range =
    options.maxMs === undefined
      ? `of at least ${formatTimeSpan(minMs)}`
      : `from ${formatTimeSpan(minMs)} to ${formatTimeSpan(maxMs)}`
  throw section.fault(
    name,
    `expected a duration hh:mm:ss ${range} for '${section.label(name)}', found '${text}'`,
  )
}
