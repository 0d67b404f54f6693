import { parseIsoDuration } from '../../base/iso-duration.ts'
import type { RetryPolicy } from '../../engines/workflow/retry.ts'
import type { ActionDefinition } from './action-definition.ts'
import type { CompileContext } from './compile-context.ts'
import type { HostSettings } from './host-settings.ts'
import type { LeafCall } from './leaf-action.ts'
import { retryCountMax } from './limits.ts'
import { integerOf, memberOf, objectOf, textOf } from './workflow-value.ts'

/**
 * The retry policy of an action: `inputs.retryPolicy`, or the host's default of four retries with growing waits.
 * https://learn.microsoft.com/azure/logic-apps/error-exception-handling#retry-policies
 */
export function compileRetryPolicy(
  action: ActionDefinition,
  context: CompileContext,
): (call: LeafCall, defaults: HostSettings['retry']) => RetryPolicy {
  const inputs = memberOf(action.inputs, 'retryPolicy')
  const declared = inputs ?? memberOf(objectOf(action.inputs, 'parameters'), 'retryPolicy')
  if (declared === undefined || declared === null) {
    return (_, defaults) => ({ kind: 'exponential', ...defaults })
  }
  const template = context.template(action, declared, 'inputs')
  if (template.constant !== undefined && !parsePolicy(template.constant)) {
    throw context.refuse(
      action,
      `"The 'retryPolicy' is not valid: its type must be 'none', 'fixed' or 'exponential' with a 'count' from '1' to '${retryCountMax}' and an 'interval' as ISO 8601 duration."`,
    )
  }
  return (call, defaults) =>
    parsePolicy(template.evaluate(call.environment)) ?? { kind: 'exponential', ...defaults }
}

function parsePolicy(value: Parameters<typeof textOf>[0]): RetryPolicy | undefined {
  const type = textOf(value, 'type')?.toLowerCase()
  if (type === 'none') return { kind: 'none' }
  const count = integerOf(value, 'count') ?? 4
  const intervalMs = duration(value, 'interval') ?? 7_500
  if (count < 1 || count > retryCountMax || intervalMs < 0) return undefined
  if (type === 'fixed') return { kind: 'fixed', count, intervalMs }
  if (type !== 'exponential') return undefined
  return {
    kind: 'exponential',
    count,
    intervalMs,
    minimumMs: duration(value, 'minimumInterval') ?? 0,
    maximumMs: duration(value, 'maximumInterval') ?? 86_400_000,
  }
}

function duration(value: Parameters<typeof textOf>[0], name: string): number | undefined {
  const text = textOf(value, name)
  return text === undefined ? undefined : parseIsoDuration(text)
}
