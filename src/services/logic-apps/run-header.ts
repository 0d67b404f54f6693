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
  /** Whoever waits for its answer asks again after a crash: the workflow that called it, or Event Grid. */
  readonly isAskedAgain?: boolean
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
    ...(memberOf(value, 'isAskedAgain') === true ? { isAskedAgain: true } : {}),
  }
}
