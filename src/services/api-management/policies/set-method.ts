import type { PolicyDefinition } from '../gateway/policy-step.ts'
import type { Value, PolicySource } from '../gateway/policy-source.ts'

/** https://learn.microsoft.com/azure/api-management/set-method-policy */
export const setMethod: PolicyDefinition = {
  name: 'set-method',
  sections: ['inbound', 'on-error'],
  attributes: [],
  hasText: true,
  compile(source) {
    const method = compileMethod(source)
    return (call) => {
      call.request.method = method.read(call)
    }
  },
}

/** The same element stands inside `send-request`. */
export function compileMethod(source: PolicySource): Value<string> {
  const method = source.contentText()
  const { constant } = method
  if (constant !== undefined && !/^[A-Za-z-]+$/.test(constant.trim())) {
    throw source.fault(`'${constant.trim()}' is not a method.`)
  }
  return { ...method, read: (call) => method.read(call).trim().toUpperCase() }
}
