import type { GatewayCall } from '../gateway/gateway-call.ts'
import { messageOfSection } from '../gateway/call-message.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { toText } from '../gateway/policy-value.ts'
import type { PolicySource } from '../gateway/policy-source.ts'
import { compileLiquid } from '../liquid-template.ts'

/** Gives the bytes or the text of a new body. */
export type BodyMaker = (call: GatewayCall) => Uint8Array | string

/** https://learn.microsoft.com/azure/api-management/set-body-policy */
export const setBody: PolicyDefinition = {
  name: 'set-body',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['template', 'xsi-nil', 'parse-date'],
  hasText: true,
  compile(source) {
    const make = compileBody(source)
    return (call) => {
      const body = make(call)
      messageOfSection(call).body.replace(body)
    }
  },
}

/** The same element stands inside `send-request` and `return-response`. */
export function compileBody(source: PolicySource): BodyMaker {
  const template = source.choice('template', ['liquid', 'none'])
  const content = source.content({ isTemplate: template?.constant === 'liquid' })
  if (template?.constant === 'liquid') {
    source.usage.requestBody = true
    source.usage.responseBody = true
    const text = toText(content.constant ?? '')
    const nil = source.choice('xsi-nil', ['blank', 'null'])?.constant ?? 'blank'
    const options = { fault: (message: string) => source.fault(message), nil }
    if (content.constant !== undefined) {
      const render = compileLiquid(text, options)
      return (call) => render(call)
    }
    return (call) => compileLiquid(toText(content.read(call)), options)(call)
  }
  return (call) => {
    const value = content.read(call)
    return value instanceof Uint8Array ? value : toText(value)
  }
}
