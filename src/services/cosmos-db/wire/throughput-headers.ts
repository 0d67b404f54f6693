import { isJsonObject, tryParseJson } from '../../../base/json.ts'
import { badRequest } from '../errors.ts'
import { parseThroughput, type Throughput } from '../throughput.ts'
import { headerOf, type CosmosCall } from './call.ts'

/**
 * The throughput that a new database or container is made with:
 * https://learn.microsoft.com/rest/api/cosmos-db/create-a-collection#headers
 */
export function offeredThroughput(call: CosmosCall): Throughput | undefined {
  const manual = headerOf(call, 'x-ms-offer-throughput')
  const autoscale = headerOf(call, 'x-ms-cosmos-offer-autopilot-settings')
  const settings = autoscale === undefined ? undefined : tryParseJson(autoscale)
  if (autoscale !== undefined && !isJsonObject(settings)) {
    throw badRequest('x-ms-cosmos-offer-autopilot-settings must be JSON: {"maxThroughput": 4000}.')
  }
  return parseThroughput({
    ...(manual === undefined ? {} : { throughput: manual }),
    ...(isJsonObject(settings) ? { autoscaleSettings: settings } : {}),
  })
}
