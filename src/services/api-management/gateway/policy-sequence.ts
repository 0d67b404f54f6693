import { setImmediate } from 'node:timers/promises'
import { LimitError } from '../../../languages/dotnet/work-limit.ts'
import { DotnetException } from '../../../languages/dotnet/exceptions.ts'
import type { CallTrace } from './call-trace.ts'
import type { GatewayCall } from './gateway-call.ts'
import { turnMsMax } from '../limits.ts'
import { PolicyError, expressionFailed } from './policy-error.ts'
import type { PlacedStep } from './policy-step.ts'

/** Policies that run one after the other, until one returns a response or fails. */
export class CompiledSequence {
  readonly steps: readonly PlacedStep[]

  constructor(steps: readonly PlacedStep[]) {
    this.steps = steps
  }

  run(call: GatewayCall): void | Promise<void> {
    return runSteps(this.steps, call)
  }
}

/** Runs policies in their order; gives a promise only when one of them waits, or when others must have their turn. */
export function runSteps(
  steps: readonly PlacedStep[],
  call: GatewayCall,
  from = 0,
  sinceMs = performance.now(),
): void | Promise<void> {
  for (let index = from; index < steps.length; index += 1) {
    if (performance.now() - sinceMs > turnMsMax) {
      return setImmediate().then(() => runSteps(steps, call, index))
    }
    const step = steps[index]
    const pending = step && runStep(step, call)
    if (pending) {
      return pending.then(() =>
        isOver(call) ? undefined : runSteps(steps, call, index + 1, sinceMs),
      )
    }
    if (isOver(call)) return
  }
}

/** True when no further policy of the section runs. */
export function isOver(call: GatewayCall): boolean {
  return call.isReturned || (call.isAnswered && call.section === 'inbound')
}

/**
 * Runs one policy; what it throws leaves as a `PolicyError`, and `context.LastError` says where it was. Gives a
 * promise only for a policy that waits: most do not, and a promise for each would cost more than they do.
 */
export function runStep(step: PlacedStep, call: GatewayCall): void | Promise<void> {
  if (call.tracing) return runTraced(step, call, call.tracing)
  const { usage } = step
  if (usage.requestBody || usage.responseBody) return runWaiting(step, call)
  try {
    const pending = step.run(call)
    if (pending) return pending.catch((error: unknown) => fail(step, call, error))
  } catch (error) {
    fail(step, call, error)
  }
}

async function runTraced(step: PlacedStep, call: GatewayCall, trace: CallTrace): Promise<void> {
  const { section } = call
  const startMs = trace.elapsedMs
  const tell = (outcome: string): void => {
    const { scope, path } = step
    const durationMs = Math.round((trace.elapsedMs - startMs) * 1000) / 1000
    trace.add(section, step.policy, { message: outcome, scope, path, durationMs })
  }
  try {
    await runWaiting(step, call)
    tell(call.isReturned ? 'The policy ended the call with a response.' : 'The policy ran.')
  } catch (error) {
    tell(error instanceof PolicyError ? error.fault.message : 'The policy failed.')
    throw error
  }
}

async function runWaiting(step: PlacedStep, call: GatewayCall): Promise<void> {
  try {
    const { usage } = step
    if (usage.requestBody && !call.request.body.isReady) await call.request.body.buffer()
    if (usage.responseBody && call.response && !call.response.body.isReady) {
      await call.response.body.buffer()
    }
    await step.run(call)
  } catch (error) {
    fail(step, call, error)
  }
}

function fail(step: PlacedStep, call: GatewayCall, error: unknown): never {
  const failure = toPolicyError(step.policy, error)
  if (!(failure instanceof PolicyError)) throw failure
  // A policy inside this one has said already where it was.
  if (!placed.has(failure)) {
    placed.add(failure)
    const { source, reason, message } = failure.fault
    call.lastError = {
      typeName: 'ILastError',
      source,
      reason,
      message,
      scope: step.scope,
      section: call.section,
      path: step.path,
      policyId: step.id,
    }
  }
  throw failure
}

const placed = new WeakSet<PolicyError>()

/** What an expression throws is the policy's fault; anything else that is thrown is ours, and stays what it is. */
export function toPolicyError(policy: string, error: unknown): unknown {
  const isExpression = [DotnetException, LimitError, RangeError].some(
    (each) => error instanceof each,
  )
  return isExpression ? expressionFailed(policy, error) : error
}
