import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseJsonSource } from '../../base/json-source.ts'
import { isJsonObject, objectMember, type JsonObject, type JsonValue } from '../../base/json.ts'
import { foreachItemsMax } from '../../engines/workflow/limits.ts'
import type { AppSettingSource } from './app-runtime.ts'
import {
  requestTimeoutMs,
  retentionMs,
  retryDefault,
  runTimeoutMs,
  statelessRunTimeoutMs,
} from './limits.ts'

/** What `host.json` and the settings say of how workflows run. */
export interface HostSettings {
  readonly runTimeoutMs: number
  readonly statelessRunTimeoutMs: number
  readonly retentionMs: number
  readonly requestTimeoutMs: number
  readonly retry: {
    readonly count: number
    readonly intervalMs: number
    readonly minimumMs: number
    readonly maximumMs: number
  }
  readonly foreachItemsMax: number
  /** Settings that are known and change nothing here. */
  readonly warnings: readonly string[]
}

/** Names that are read; all others of `Runtime.` and `Jobs.` are told, since they change nothing here. */
const durations = {
  'Runtime.Backend.FlowRunTimeout': 'runTimeoutMs',
  'Runtime.FlowRunTimeout': 'runTimeoutMs',
  'Runtime.Backend.Stateless.FlowRunTimeout': 'statelessRunTimeoutMs',
  'Runtime.FlowRetentionThreshold': 'retentionMs',
  'Runtime.Backend.HttpOperation.RequestTimeout': 'requestTimeoutMs',
} as const

/**
 * Reads `extensions.workflow.settings` of host.json; app settings named `AzureFunctionsJobHost__extensions__workflow__...`
 * go before it. https://learn.microsoft.com/azure/logic-apps/edit-app-settings-host-settings
 */
export function readHostSettings(dir: string, settings: AppSettingSource): HostSettings {
  const values = settingsOf(dir)
  const read = (name: string): string | undefined => {
    const override = settings.get(`AzureFunctionsJobHost__extensions__workflow__settings__${name}`)
    const value = override ?? values[name]
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    return typeof value === 'string' ? value : undefined
  }
  const times = { runTimeoutMs, statelessRunTimeoutMs, retentionMs, requestTimeoutMs }
  for (const [name, key] of Object.entries(durations)) {
    const ms = timeSpan(read(name))
    if (ms !== undefined) times[key] = ms
  }
  const count = Number(
    read('Runtime.Backend.HttpOperation.DefaultRetryCount') ?? retryDefault.count,
  )
  const intervalMs =
    timeSpan(read('Runtime.Backend.HttpOperation.DefaultRetryInterval')) ?? retryDefault.intervalMs
  const minimumMs =
    timeSpan(read('Runtime.Backend.HttpOperation.DefaultRetryMinimumInterval')) ??
    Math.min(retryDefault.minimumMs, intervalMs)
  const maximumMs =
    timeSpan(read('Runtime.Backend.HttpOperation.DefaultRetryMaximumInterval')) ??
    Math.max(retryDefault.maximumMs, intervalMs)
  const items = Number(read('Runtime.Backend.ForeachMaximumItemsCount') ?? foreachItemsMax)
  const known = new Set([
    ...Object.keys(durations),
    'Runtime.Backend.HttpOperation.DefaultRetryCount',
    'Runtime.Backend.HttpOperation.DefaultRetryInterval',
    'Runtime.Backend.HttpOperation.DefaultRetryMinimumInterval',
    'Runtime.Backend.HttpOperation.DefaultRetryMaximumInterval',
    'Runtime.Backend.ForeachMaximumItemsCount',
  ])
  return {
    ...times,
    retry: { count, intervalMs, minimumMs, maximumMs },
    foreachItemsMax: items,
    warnings: Object.keys(values)
      .filter((name) => !known.has(name))
      .map((name) => `host.json: the setting '${name}' has no effect here`),
  }
}

function settingsOf(dir: string): Readonly<Record<string, JsonValue>> {
  const file = join(dir, 'host.json')
  if (!existsSync(file)) return {}
  const { value } = parseJsonSource(readFileSync(file, 'utf8'), file)
  const workflow: JsonObject = isJsonObject(value)
    ? objectMember(objectMember(value, 'extensions'), 'workflow')
    : {}
  return objectMember(workflow, 'settings')
}

/** `7.00:00:00`, `00:05:00`: a time of .NET. */
function timeSpan(text: string | undefined): number | undefined {
  const match = /^(?:(\d+)\.)?(\d+):(\d+):(\d+)(?:\.(\d+))?$/.exec(text ?? '')
  if (!match) return undefined
  const [, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = '0'] = match
  const wholeSeconds =
    ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)
  return (wholeSeconds + Number(`0.${fraction}`)) * 1000
}
