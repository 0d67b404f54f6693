import { isInteger, type Value } from '../../../languages/workflow-expression/value.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { longDelayMs } from '../limits.ts'
import { leafWork } from '../leaf-action.ts'
import { failed } from '../outcomes.ts'
import { integerOf, memberOf, objectOf, textOf } from '../workflow-value.ts'
import { unitMs } from '../time-unit.ts'

/** Delay and Delay until: https://learn.microsoft.com/azure/connectors/connectors-native-delay */
export const wait: ActionCompiler = (action, context) =>
  leafWork(action, context, {
    isExternal: true,
    execute: async (inputs, call) => {
      const untilMs =
        call.saved === undefined ? dueMs(inputs, call.startMs) : integerOf(call.saved, 'untilMs')
      if (untilMs === undefined) {
        return failed(
          'InvalidTemplate',
          `The inputs of the action '${action.name}' of type 'Wait' must have an 'interval' with 'count' and 'unit', or an 'until' with a 'timestamp'.`,
        )
      }
      if (call.saved === undefined) await call.save({ untilMs })
      const leftMs = untilMs - call.context.clock.preciseNow()
      if (leftMs > 0) {
        const sleeping = call.context.clock.sleep(leftMs, call.signal)
        await (leftMs > longDelayMs ? call.rest(sleeping) : sleeping)
      }
      return { status: 'Succeeded', code: 'OK' }
    },
  })

function dueMs(inputs: Value, startMs: number): number | undefined {
  const timestamp = textOf(objectOf(inputs, 'until'), 'timestamp')
  if (timestamp !== undefined) {
    const ms = Date.parse(timestamp)
    return Number.isNaN(ms) ? undefined : ms
  }
  const interval = objectOf(inputs, 'interval')
  const count = memberOf(interval, 'count')
  const whole =
    count !== undefined && isInteger(count) ? Number(count) : integerOf(interval, 'count')
  const unit = unitMs(textOf(interval, 'unit') ?? '')
  return whole === undefined || unit === undefined || whole < 0 ? undefined : startMs + whole * unit
}
