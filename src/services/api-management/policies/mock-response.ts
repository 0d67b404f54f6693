import { newResponse } from '../gateway/call-message.ts'
import { MessageBody } from '../gateway/message-body.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/mock-response-policy */
export const mockResponse: PolicyDefinition = {
  name: 'mock-response',
  sections: ['inbound', 'outbound', 'on-error'],
  attributes: ['status-code', 'content-type'],
  compile(source) {
    const status = source.count('status-code', { min: 100, max: 599 })
    const contentType = source.text('content-type')
    return (call) => {
      const wanted = { status: status?.read(call) ?? 200, contentType: contentType?.read(call) }
      const given = call.parts.exampleOf(call.api.id, call.operation.id, wanted)
      const at = { api: call.api.id, operation: call.operation.id }
      const sample = given?.text ? undefined : call.parts.contracts.sample(at, wanted)
      const example = sample ?? given
      const response = newResponse(wanted.status)
      const type = example?.contentType ?? wanted.contentType
      if (type !== undefined) response.headers.set('Content-Type', [type])
      if (example && example.text !== '') response.body = MessageBody.of(example.text)
      call.response?.body.discard()
      call.response = response
      call.isReturned = true
    }
  },
}
