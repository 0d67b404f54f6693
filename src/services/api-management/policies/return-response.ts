import { copyOfResponse, newResponse, responseIn } from '../gateway/call-message.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import { compileBody } from './set-body.ts'
import { compileHeaderChange } from './set-header.ts'
import { compileStatus } from './set-status.ts'

/** https://learn.microsoft.com/azure/api-management/return-response-policy */
export const returnResponse: PolicyDefinition = {
  name: 'return-response',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['response-variable-name'],
  elements: ['set-status', 'set-header', 'set-body'],
  compile(source) {
    const variable = source.text('response-variable-name')
    const status = source.child('set-status')
    const body = source.child('set-body')
    const changeStatus = status && compileStatus(status)
    const changeHeaders = source.children('set-header').map(compileHeaderChange)
    const makeBody = body && compileBody(body)
    return (call) => {
      const given = variable && responseIn(call, variable.read(call))
      const response = given ? copyOfResponse(given) : newResponse(200)
      changeStatus?.(response, call)
      for (const change of changeHeaders) change(response.headers, call)
      if (makeBody) response.body.replace(makeBody(call))
      call.response?.body.discard()
      call.response = response
      call.isReturned = true
    }
  },
}
