import { readJson, writeJson } from '../../languages/workflow-expression/json-text.ts'
import {
  type Value,
  type ValueObject,
  isArray,
  isNumber,
  isObject,
  toDouble,
} from '../../languages/workflow-expression/value.ts'
import type { ActionRecord, RetryRecord, WorkflowFault } from './action-record.ts'
import { parseActionStatus, type RunStatus, runStatuses } from './status.ts'
import type { VariableChange } from './variables.ts'

/** How a run ended. */
export interface RunEnd {
  readonly status: RunStatus
  readonly error?: WorkflowFault
}

/**
 * What the log of a run is made of. `saved` is what an action that goes on needs after a crash: the items of a loop,
 * the branch that was taken, when a wait ends. `ended` is final: an action with it is never executed again.
 */
export type RunEvent =
  | {
      readonly kind: 'ended'
      readonly name: string
      readonly repetition: string
      readonly record: ActionRecord
      readonly variables?: readonly VariableChange[]
      /** The action ended the whole run. */
      readonly terminate?: RunEnd
    }
  | {
      readonly kind: 'saved'
      readonly name: string
      readonly repetition: string
      readonly startMs: number
      readonly state: Value
    }

/** Events as one JSON text; values keep what JSON itself would lose. */
export function writeEvents(events: readonly RunEvent[]): string {
  // Put together once, by who reads it: joins on the way would copy the values again and again.
  let text = '{"events":['
  for (const [index, event] of events.entries())
    text += `${index === 0 ? '' : ','}${writeEvent(event)}`
  return `${text}]}`
}

export function readEvents(text: string): RunEvent[] {
  const document = readJson(text)
  const events = isObject(document) ? document['events'] : undefined
  return events !== undefined && isArray(events) ? events.flatMap(readEvent) : []
}

function writeEvent(event: RunEvent): string {
  const head = `{"n":${JSON.stringify(event.name)},"r":${JSON.stringify(event.repetition)}`
  if (event.kind === 'saved') {
    return `${head},"t":${event.startMs},"state":${writeJson(event.state)}}`
  }
  const { record, variables } = event
  const { status, code, startMs, endMs, inputs, outputs, error, spanId } = record
  let text = `${head},"s":"${status}","t":${startMs},"e":${endMs},"span":"${spanId}"`
  if (code !== undefined) text += `,"c":${JSON.stringify(code)}`
  if (inputs !== undefined) text += `,"in":${writeJson(inputs)}`
  if (outputs !== undefined) text += `,"out":${writeJson(outputs)}`
  if (error !== undefined) text += `,"error":${JSON.stringify(error)}`
  if (record.iterations !== undefined) text += `,"i":${record.iterations}`
  if (record.retries !== undefined) text += `,"retries":${JSON.stringify(record.retries)}`
  if (record.trackedProperties !== undefined)
    text += `,"tracked":${writeJson(record.trackedProperties)}`
  if (event.terminate !== undefined) text += `,"end":${JSON.stringify(event.terminate)}`
  if (variables !== undefined) text += `,"vars":[${variables.map(writeChange).join(',')}]`
  return `${text}}`
}

function writeChange(change: VariableChange): string {
  const { name, kind, type, value } = change
  const head = JSON.stringify({ name, kind, ...(type === undefined ? {} : { type }) })
  return `${head.slice(0, -1)},"value":${writeJson(value)}}`
}

function readEvent(value: Value): RunEvent[] {
  if (!isObject(value)) return []
  const name = text(value['n'])
  const repetition = text(value['r'])
  const { state } = value
  if (state !== undefined) {
    return [{ kind: 'saved', name, repetition, startMs: number(value['t']), state }]
  }
  const status = parseActionStatus(text(value['s']))
  if (status === undefined) return []
  const { in: inputs, out: outputs, c: code, error, i: iterations, retries, tracked, vars } = value
  const record: ActionRecord = {
    name,
    status,
    startMs: number(value['t']),
    endMs: number(value['e']),
    spanId: text(value['span']),
    ...(code === undefined ? {} : { code: text(code) }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(outputs === undefined ? {} : { outputs }),
    ...(error !== undefined && isObject(error) ? { error: readFault(error) } : {}),
    ...(iterations === undefined ? {} : { iterations: number(iterations) }),
    ...(retries !== undefined && isArray(retries) ? { retries: retries.flatMap(readRetry) } : {}),
    ...(tracked === undefined ? {} : { trackedProperties: tracked }),
  }
  const terminate = readEnd(value['end'])
  const variables =
    vars !== undefined && isArray(vars) ? { variables: vars.flatMap(readChange) } : {}
  return [
    { kind: 'ended', name, repetition, record, ...variables, ...(terminate ? { terminate } : {}) },
  ]
}

/** An error as it was written. */
function readFault(value: ValueObject): WorkflowFault {
  return { code: text(value['code']), message: text(value['message']) }
}

/** How a run ended, as it was written. */
export function readEnd(value: Value | undefined): RunEnd | undefined {
  if (value === undefined || !isObject(value)) return undefined
  const status = runStatuses.find((each) => each === value['status'])
  const { error } = value
  if (status === undefined) return undefined
  return { status, ...(error !== undefined && isObject(error) ? { error: readFault(error) } : {}) }
}

function readRetry(value: Value): RetryRecord[] {
  if (!isObject(value)) return []
  const { startMs, endMs, code, error } = value
  return [
    {
      startMs: number(startMs),
      endMs: number(endMs),
      code: text(code),
      ...(error !== undefined && isObject(error) ? { error: readFault(error) } : {}),
    },
  ]
}

function readChange(value: Value): VariableChange[] {
  if (!isObject(value)) return []
  const { name, kind, type, value: to = null } = value
  const known = changeKinds.find((each) => each === kind)
  if (known === undefined) return []
  return [
    {
      name: text(name),
      kind: known,
      value: to,
      ...(typeof type === 'string' ? { type } : {}),
    },
  ]
}

const changeKinds = ['initialize', 'set', 'appendToArray', 'appendToString'] as const

function text(value: Value | undefined): string {
  return typeof value === 'string' ? value : ''
}

function number(value: Value | undefined): number {
  return value !== undefined && isNumber(value) ? toDouble(value) : 0
}
