import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { LogicApp } from './logic-app.ts'

/** One request of the management REST, with the names of its address. */
export interface ManagementCall {
  readonly app: LogicApp
  readonly url: URL
  readonly names: Readonly<Record<string, string>>
  readonly body: JsonValue | undefined
}

export interface ManagementAnswer {
  readonly status: number
  readonly body?: JsonValue
  readonly headers?: Readonly<Record<string, string>>
}

/** A list as the REST gives it. */
export function listOf(value: readonly JsonObject[], nextLink?: string): JsonObject {
  return { value: [...value], ...(nextLink === undefined ? {} : { nextLink }) }
}
