import { parseIsoDuration } from '../../base/iso-duration.ts'
import type { RunFrame } from '../../engines/workflow/run-frame.ts'
import type { ActionDefinition } from './action-definition.ts'
import type { CompileContext } from './compile-context.ts'
import { RunEnvironment } from './expression-roots.ts'
import { memberOf } from './workflow-value.ts'

/** How long an action may take: `limit.timeout`, an ISO 8601 duration or an expression that gives one. */
export function actionTimeout(
  action: ActionDefinition,
  context: CompileContext,
): ((frame: RunFrame) => number | undefined) | undefined {
  const declared = memberOf(action.limit, 'timeout')
  if (declared === undefined || declared === null) return undefined
  const template = context.template(action, declared, 'limit')
  if (template.constant !== undefined) {
    const timeoutMs = durationOf(template.constant)
    if (timeoutMs === undefined) {
      throw context.refuse(
        action,
        `"The value of 'limit.timeout' is not a valid ISO 8601 duration."`,
      )
    }
    return () => timeoutMs
  }
  return (frame) => durationOf(template.evaluate(new RunEnvironment(frame)))
}

function durationOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? parseIsoDuration(value) : undefined
  return ms !== undefined && ms > 0 ? ms : undefined
}
