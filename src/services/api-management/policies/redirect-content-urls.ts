import { messageOfSection } from '../gateway/call-message.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/redirect-content-urls-policy */
export const redirectContentUrls: PolicyDefinition = {
  name: 'redirect-content-urls',
  sections: ['inbound', 'outbound'],
  scopes: ['api', 'operation'],
  attributes: [],
  compile(source) {
    source.usage.requestBody = true
    source.usage.responseBody = true
    return (call) => {
      const { serviceUrl, path } = call.api
      if (serviceUrl === undefined) return
      const outside = `https://${call.parts.service.name.toLowerCase()}.azure-api.net/${path}`
      const [from, to] = call.section === 'inbound' ? [outside, serviceUrl] : [serviceUrl, outside]
      const { body, headers } = messageOfSection(call)
      if (body.bytes) {
        const text = Buffer.from(body.bytes).toString('utf8')
        if (text.includes(from)) body.replace(text.replaceAll(from, to))
      }
      const location = headers.text('location')
      if (location?.startsWith(from)) headers.set('Location', [to + location.slice(from.length)])
    }
  },
}
