import {
  type Value,
  type ValueObject,
  isObject,
} from '../../languages/workflow-expression/value.ts'
import { integerOf, textOf } from './workflow-value.ts'

/** How the trigger of a run fired. */
export interface TriggerRecord {
  readonly name: string
  readonly startMs: number
  readonly endMs: number
  readonly scheduledMs?: number
  readonly inputs?: Value
  readonly outputs?: Value
  readonly code: string
  readonly trackingId: string
}

/** The record as a value that the log keeps. */
export function triggerValue(record: TriggerRecord): ValueObject {
  const { inputs, outputs, scheduledMs, ...rest } = record
  return {
    ...rest,
    ...(scheduledMs === undefined ? {} : { scheduledMs }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(outputs === undefined ? {} : { outputs }),
  }
}

export function readTrigger(value: Value | undefined): TriggerRecord {
  const object = value !== undefined && isObject(value) ? value : {}
  const { inputs, outputs } = object
  const scheduledMs = integerOf(object, 'scheduledMs')
  return {
    name: textOf(object, 'name') ?? '',
    startMs: integerOf(object, 'startMs') ?? 0,
    endMs: integerOf(object, 'endMs') ?? 0,
    code: textOf(object, 'code') ?? 'OK',
    trackingId: textOf(object, 'trackingId') ?? '',
    ...(scheduledMs === undefined ? {} : { scheduledMs }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(outputs === undefined ? {} : { outputs }),
  }
}
