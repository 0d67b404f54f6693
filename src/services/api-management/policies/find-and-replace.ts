import { messageOfSection } from '../gateway/call-message.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/find-and-replace-policy */
export const findAndReplace: PolicyDefinition = {
  name: 'find-and-replace',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['from', 'to'],
  compile(source) {
    const from = source.requiredText('from')
    const to = source.requiredText('to')
    source.usage.requestBody = true
    source.usage.responseBody = true
    return (call) => {
      const { body } = messageOfSection(call)
      const wanted = from.read(call)
      if (!body.bytes || wanted === '') return
      const text = Buffer.from(body.bytes).toString('utf8')
      if (text.includes(wanted)) body.replace(text.split(wanted).join(to.read(call)))
    }
  },
}
