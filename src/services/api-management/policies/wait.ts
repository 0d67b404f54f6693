import { runStep } from '../gateway/policy-sequence.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/wait-policy */
export const wait: PolicyDefinition = {
  name: 'wait',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['for'],
  elements: ['send-request', 'cache-lookup-value', 'choose'],
  compile(source) {
    const mode = source.choice('for', ['all', 'any'])
    const { steps } = source.sequence({ path: '' })
    return async (call) => {
      const running = steps.map(async (step) => runStep(step, call))
      if (mode?.read(call) === 'any') await Promise.any(running).catch(rethrowFirst)
      else await Promise.all(running)
    }
  },
}

function rethrowFirst(error: unknown): never {
  throw error instanceof AggregateError ? error.errors[0] : error
}
