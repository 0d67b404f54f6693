import { callBackend } from '../gateway/backend-call.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { compileOutgoing, outgoingElements } from './send-request.ts'

/** https://learn.microsoft.com/azure/api-management/send-one-way-request-policy */
export const sendOneWayRequest: PolicyDefinition = {
  name: 'send-one-way-request',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['mode', 'timeout'],
  elements: outgoingElements,
  compile(source) {
    const make = compileOutgoing(source, 'send-one-way-request')
    return async (call) => {
      const request = await make(call)
      // Nobody waits for the answer; that it failed is told by its span.
      void callBackend(call, request).then(
        (response) => response.body.discard(),
        (error: unknown) => {
          if (!(error instanceof PolicyError)) throw error
        },
      )
    }
  },
}
