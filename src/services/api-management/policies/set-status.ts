import { STATUS_CODES } from 'node:http'
import type { CallResponse, GatewayCall } from '../gateway/gateway-call.ts'
import { responseOf } from '../gateway/call-message.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import type { PolicySource } from '../gateway/policy-source.ts'

/** https://learn.microsoft.com/azure/api-management/set-status-policy */
export const setStatus: PolicyDefinition = {
  name: 'set-status',
  sections: ['outbound', 'backend', 'inbound', 'on-error'],
  attributes: ['code', 'reason'],
  compile(source) {
    const change = compileStatus(source)
    return (call) => {
      change(responseOf(call), call)
    }
  },
}

/** The same element stands inside `return-response`. */
export function compileStatus(
  source: PolicySource,
): (response: CallResponse, call: GatewayCall) => void {
  const code = source.requiredCount('code', { min: 100, max: 999 })
  const reason = source.text('reason')
  return (response, call) => {
    response.status = code.read(call)
    const text = reason?.read(call) ?? STATUS_CODES[response.status] ?? ''
    // Only what may stand in a status line.
    response.reason = text.replaceAll(/[^\t\x20-\x7e\u0080-\u00ff]/g, ' ')
  }
}
