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
      // A name that is no identifier would let a caller write any script into the answer.
      if (callback === undefined || !/^[\w$.]+$/.test(callback)) return
      const { body, headers } = responseOf(call)
      body.replace(`${callback}(${Buffer.from(body.bytes ?? []).toString('utf8')});`)
      headers.set('Content-Type', ['application/javascript'])
    }
  },
}
