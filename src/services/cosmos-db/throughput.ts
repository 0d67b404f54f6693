import type { JsonObject, JsonValue } from '../../base/json.ts'
import { badRequest } from './errors.ts'

/** Provisioned request units of a database or container; none where it shares its database's, or serverless. */
export type Throughput =
  | { readonly kind: 'manual'; readonly requestUnits: number }
  | { readonly kind: 'autoscale'; readonly requestUnitsMax: number }

const manualMin = 400
const autoscaleMin = 1000

/**
 * Reads `options` of a database or container:
 * https://learn.microsoft.com/azure/templates/microsoft.documentdb/databaseaccounts/sqldatabases
 */
export function parseThroughput(options: JsonObject): Throughput | undefined {
  const manual = options['throughput']
  const autoscale = autoscaleMaximum(options['autoscaleSettings'])
  if (manual !== undefined && autoscale !== undefined) {
    throw badRequest('Throughput and autoscale settings cannot both be set.')
  }
  if (manual !== undefined) {
    return { kind: 'manual', requestUnits: checked(manual, { min: manualMin, step: 100 }) }
  }
  if (autoscale === undefined) return undefined
  return {
    kind: 'autoscale',
    requestUnitsMax: checked(autoscale, { min: autoscaleMin, step: 1000 }),
  }
}

/** The most request units a second that the throughput allows. */
export function requestUnitsOf(throughput: Throughput | undefined): number {
  if (!throughput) return 0
  return throughput.kind === 'manual' ? throughput.requestUnits : throughput.requestUnitsMax
}

/** The body that is read back, as `throughputSettings` shows it. */
export function throughputBody(throughput: Throughput): JsonObject {
  if (throughput.kind === 'manual') {
    return { throughput: throughput.requestUnits, minimumThroughput: String(manualMin) }
  }
  const maxThroughput = throughput.requestUnitsMax
  return {
    throughput: Math.max(Math.floor(maxThroughput / 10), 100),
    autoscaleSettings: { maxThroughput },
    minimumThroughput: String(autoscaleMin),
  }
}

function autoscaleMaximum(settings: JsonValue | undefined): JsonValue | undefined {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) return undefined
  return settings['maxThroughput']
}

function checked(value: JsonValue, options: { min: number; step: number }): number {
  const requestUnits = typeof value === 'string' ? Number(value) : value
  const { min, step } = options
  if (typeof requestUnits === 'number' && requestUnits >= min && requestUnits % step === 0) {
    return requestUnits
  }
  throw badRequest(
    `The offer should have a valid throughput: at least ${min} RU/s in steps of ${step}, not ${JSON.stringify(value)}.`,
  )
}
