import type { Value, ValueObject } from '../../languages/workflow-expression/value.ts'
import { readTrigger, triggerValue, type TriggerRecord } from './trigger-record.ts'
import { memberOf, textOf } from './workflow-value.ts'

/** What a run keeps of its start. */
export interface RunHeader {
  readonly trigger: TriggerRecord
  readonly clientTrackingId: string
  /** The run that it was resubmitted from, or itself. */
  readonly originRunId: string
  /** The span that made the event. */
  readonly parentSpanId?: string
  /** Another workflow called it and waits for its answer, over a crash too. */
  readonly isChild?: boolean
}

export function headerValue(header: RunHeader): ValueObject {
  const { trigger, ...rest } = header
  return { trigger: triggerValue(trigger), ...rest }
}

export function readHeader(value: Value): RunHeader {
  const parentSpanId = textOf(value, 'parentSpanId')
  return {
    trigger: readTrigger(memberOf(value, 'trigger')),
    clientTrackingId: textOf(value, 'clientTrackingId') ?? '',
    originRunId: textOf(value, 'originRunId') ?? '',
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    ...(memberOf(value, 'isChild') === true ? { isChild: true } : {}),
  }
}
