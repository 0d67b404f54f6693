import { PolicyError } from '../gateway/policy-error.ts'
import { responseOf } from '../gateway/call-message.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/jsonp-policy */
export const jsonp: PolicyDefinition = {
  name: 'jsonp',
  sections: ['outbound'],
  attributes: ['callback-parameter-name'],
  compile(source) {
    const parameter = source.requiredText('callback-parameter-name')
    source.usage.responseBody = true
    return (call) => {
      const callback = call.request.originalUrl.query.get(parameter.read(call))?.[0]
      if (callback === undefined) return
      // A name that is no identifier would let a caller write any script into the answer.
      if (!/^[\w$.]+$/.test(callback)) throw invalidName(source.name, parameter.read(call))
      const { body, headers } = responseOf(call)
      body.replace(`${callback}(${Buffer.from(body.bytes ?? []).toString('utf8')});`)
      headers.set('Content-Type', ['application/javascript'])
    }
  },
}

function invalidName(source: string, parameter: string): PolicyError {
  return new PolicyError({
    source,
    reason: 'CallbackParameterInvalid',
    message: `Value of callback parameter ${parameter} is not a valid JavaScript identifier.`,
    status: 400,
  })
}
