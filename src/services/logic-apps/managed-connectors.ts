import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  isJsonObject,
  objectMember,
  stringMember,
  tryParseJson,
  type JsonObject,
} from '../../base/json.ts'
import { ServiceError } from '../../base/errors.ts'
import type {
  ManagedConnector,
  ManagedConnectorAnswer,
  ManagedConnectorCall,
  ManagedConnectorSubscribe,
  ManagedSubscription,
} from './managed-connector.ts'

/** Sends a call to the address of a connection: the runtime URL of connections.json. */
export type SendToRuntimeUrl = (
  url: string,
  call: ManagedConnectorCall,
) => Promise<ManagedConnectorAnswer>

/**
 * Resolves the connections of managed connectors, in this order: an answer recorded beside the workflow, a local service,
 * the runtime URL of the connection. What has none of them fails by the name of its connector.
 */
export class ManagedConnectors {
  readonly #byApi: ReadonlyMap<string, ManagedConnector>

  constructor(connectors: readonly ManagedConnector[]) {
    this.#byApi = new Map(connectors.map((connector) => [connector.api.toLowerCase(), connector]))
  }

  has(api: string): boolean {
    return this.#byApi.has(api.toLowerCase())
  }

  async call(
    call: ManagedConnectorCall,
    more: {
      readonly send: SendToRuntimeUrl
      readonly recorded: ManagedConnectorAnswer | undefined
    },
  ): Promise<ManagedConnectorAnswer> {
    if (more.recorded) return more.recorded
    const { connection } = call
    const local = this.#byApi.get(connection.api.toLowerCase())
    if (local?.call) return local.call(call)
    const url = stringMember(connection.definition, 'connectionRuntimeUrl')
    if (url !== undefined && /^https?:\/\//i.test(url)) return more.send(url, call)
    throw notResolved(call)
  }

  async subscribe(subscribe: ManagedConnectorSubscribe): Promise<ManagedSubscription> {
    const local = this.#byApi.get(subscribe.connection.api.toLowerCase())
    if (local?.subscribe) return local.subscribe(subscribe)
    throw notResolved(subscribe)
  }
}

/**
 * Answers recorded for actions of managed connectors: the file `WORKFLOW-mock.json` beside `workflow.json`, in the format of
 * the unit tests of Logic Apps: `{"actionMocks": {"Action_name": {"status": "Succeeded", "outputs": {...}}}}`.
 * https://learn.microsoft.com/azure/logic-apps/testing-framework/create-unit-tests-standard-workflow-runs-visual-studio-code
 */
export function readRecordedAnswers(
  dir: string,
  workflow: string,
): ReadonlyMap<string, ManagedConnectorAnswer> {
  const file = join(dir, workflow, `${workflow}-mock.json`)
  const answers = new Map<string, ManagedConnectorAnswer>()
  if (!existsSync(file)) return answers
  const value = tryParseJson(readFileSync(file, 'utf8'))
  if (!isJsonObject(value)) {
    throw new Error(`${file}: expected an object with 'actionMocks'`)
  }
  for (const [name, mock] of Object.entries(objectMember(value, 'actionMocks'))) {
    if (isJsonObject(mock)) answers.set(name.toLowerCase(), answerOf(mock))
  }
  return answers
}

function answerOf(mock: JsonObject): ManagedConnectorAnswer {
  const outputs = objectMember(mock, 'outputs')
  const isFailed = /^failed$/i.test(stringMember(mock, 'status') ?? '')
  const { statusCode, body } = outputs
  const status = typeof statusCode === 'number' ? statusCode : isFailed ? 400 : 200
  return {
    statusCode: status,
    headers: objectMember(outputs, 'headers'),
    ...(body === undefined ? {} : { body }),
  }
}

function notResolved(call: ManagedConnectorCall): ServiceError {
  const { api, name } = call.connection
  return new ServiceError(
    'ManagedConnectorNotResolved',
    501,
    `The managed connector '${api}' of the connection '${name}' has no local service and no 'connectionRuntimeUrl'. Record an answer in '${call.workflow}/${call.workflow}-mock.json'.`,
  )
}
