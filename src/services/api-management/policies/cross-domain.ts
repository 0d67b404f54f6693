import { newResponse } from '../gateway/call-message.ts'
import { MessageBody } from '../gateway/message-body.ts'
import type { PolicySource } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/cross-domain-policy */
export const crossDomain: PolicyDefinition = {
  name: 'cross-domain',
  sections: ['inbound'],
  scopes: ['global'],
  attributes: [],
  elements: ['cross-domain-policy'],
  compile(source) {
    noteAll(source)
    const { inner } = source.element
    return (call) => {
      if (!call.request.originalUrl.path.endsWith('/crossdomain.xml')) return
      const response = newResponse(200)
      response.headers.set('Content-Type', ['text/x-cross-domain-policy'])
      response.body = MessageBody.of(`<?xml version="1.0"?>${inner.trim()}`)
      call.response = response
      call.isReturned = true
    }
  },
}

// The content is a document of its own: it is passed on as it stands.
function noteAll(source: PolicySource): void {
  for (const child of source.children()) {
    for (const { name } of child.element.attributes) child.has(name)
    noteAll(child)
  }
}
