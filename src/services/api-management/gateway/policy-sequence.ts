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
      await runStep(step, call)
      if (call.isReturned) return
    }
  }
}

/** Runs one policy; what it throws leaves as a `PolicyError`, and `context.LastError` says where it was. */
export async function runStep(step: PlacedStep, call: GatewayCall): Promise<void> {
  try {
    const { usage } = step
    if (usage.requestBody && !call.request.body.isReady) await call.request.body.buffer()
    if (usage.responseBody && call.response && !call.response.body.isReady) {
      await call.response.body.buffer()
    }
    const pending = step.run(call)
    if (pending) await pending
  } catch (error) {
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
