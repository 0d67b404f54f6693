import { isJsonObject, tryParseJson, type JsonObject, type JsonValue } from '../../../base/json.ts'
import { badRequest } from '../errors.ts'
import type { QueryParameter } from '../query.ts'
import type { CosmosCall } from './call.ts'

/** The body as a JSON object; anything else is Azure's 400. */
export function readJsonBody(call: Pick<CosmosCall, 'body'>): JsonObject {
  const value = readJsonValue(call)
  if (isJsonObject(value)) return value
  throw badRequest('The input content is invalid: it must be a JSON object.')
}

export function readJsonValue({ body }: Pick<CosmosCall, 'body'>): JsonValue {
  const value = tryParseJson(body.toString('utf8'))
  if (value !== undefined) return value
  throw badRequest(
    body.length === 0
      ? 'The input content is invalid: the request has no body.'
      : 'The input content is invalid: it is not JSON.',
  )
}

/** `{"query": "...", "parameters": [{"name": "@id", "value": 1}]}` */
export interface QueryBody {
  readonly text: string
  readonly parameters: readonly QueryParameter[]
}

/** https://learn.microsoft.com/rest/api/cosmos-db/query-documents#body */
export function readQueryBody(call: Pick<CosmosCall, 'body'>): QueryBody {
  const body = readJsonBody(call)
  const { query, parameters } = body
  if (typeof query !== 'string') throw badRequest('The query must be a text.')
  if (parameters !== undefined && parameters !== null && !Array.isArray(parameters)) {
    throw badRequest("The 'parameters' of a query must be an array.")
  }
  return { text: query, parameters: (parameters ?? []).map(readParameter) }
}

function readParameter(parameter: JsonValue): QueryParameter {
  if (isJsonObject(parameter)) {
    const { name, value } = parameter
    if (typeof name === 'string' && value !== undefined) return { name, value }
    // A client leaves out the value where it is undefined in its own language.
    if (typeof name === 'string') throw badRequest(`The query parameter '${name}' has no value.`)
  }
  throw badRequest("Each of the 'parameters' of a query must have a name and a value.")
}
