import { LimitError } from '../../../languages/csharp/machine.ts'
import { DotnetException } from '../../../languages/dotnet/exceptions.ts'
import type { GatewayCall } from './gateway-call.ts'
import { PolicyError, expressionFailed } from './policy-error.ts'
import type { PlacedStep } from './policy-step.ts'

/** Policies that run one after the other, until one returns a response or fails. */
export class CompiledSequence {
  readonly steps: readonly PlacedStep[]

  constructor(steps: readonly PlacedStep[]) {
    this.steps = steps
  }

  async run(call: GatewayCall): Promise<void> {
    for (const step of this.steps) {
      const pending = runStep(step, call)
      if (pending) await pending
      if (call.isReturned) return
    }
  }
}

/**
 * Runs one policy; what it throws leaves as a `PolicyError`, and `context.LastError` says where it was. Gives a
 * promise only for a policy that waits: most do not, and a promise for each would cost more than they do.
 */
export function runStep(step: PlacedStep, call: GatewayCall): void | Promise<void> {
  const { usage } = step
  if (usage.requestBody || usage.responseBody) return runWaiting(step, call)
  try {
    const pending = step.run(call)
    if (pending) return pending.catch((error: unknown) => fail(step, call, error))
  } catch (error) {
    fail(step, call, error)
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
  const failure = toPolicyError(step, error)
  if (!failure) throw error
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

// What an expression throws is the policy's fault; anything else that is thrown is ours.
function toPolicyError(step: PlacedStep, error: unknown): PolicyError | undefined {
  if (error instanceof PolicyError) return error
  const isExpression = [DotnetException, LimitError, RangeError].some(
    (each) => error instanceof each,
  )
  return isExpression ? expressionFailed(step.policy, error) : undefined
}
