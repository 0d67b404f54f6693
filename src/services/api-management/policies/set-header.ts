import type { GatewayCall } from '../gateway/gateway-call.ts'
import type { HeaderList } from '../gateway/header-list.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import type { PolicySource } from '../gateway/policy-source.ts'

const actions = ['override', 'skip', 'append', 'delete'] as const

const namePattern = /^[!#$%&'*+\-.^_`|~\w]+$/

/** Changes one header of a list. */
export type HeaderChange = (headers: HeaderList, call: GatewayCall) => void

/** https://learn.microsoft.com/azure/api-management/set-header-policy */
export const setHeader: PolicyDefinition = {
  name: 'set-header',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['name', 'exists-action'],
  elements: ['value'],
  compile(source) {
    const change = compileHeaderChange(source)
    return (call) => {
      change(headersOf(call), call)
    }
  },
}

/** The same element stands inside `send-request` and `return-response`. */
export function compileHeaderChange(source: PolicySource): HeaderChange {
  const name = source.requiredText('name')
  const action = source.choice('exists-action', actions)
  const values = source.children('value').map((each) => each.contentText())
  if (name.constant !== undefined) checkName(source, name.constant)
  if (values.length === 0 && action?.constant !== 'delete') {
    throw source.fault("'set-header' needs a 'value' unless it deletes.")
  }
  return (headers, call) => {
    const header = name.read(call)
    if (!namePattern.test(header)) throw new RangeError(`'${header}' is not the name of a header.`)
    const texts = values.map((each) => headerText(each.read(call)))
    switch (action?.read(call) ?? 'override') {
      case 'override':
        headers.set(header, texts)
        break
      case 'skip':
        if (!headers.has(header)) headers.set(header, texts)
        break
      case 'append':
        for (const text of texts) headers.append(header, text)
        break
      case 'delete':
        headers.delete(header)
        break
    }
  }
}

// A line break would begin another header, or another answer.
function headerText(value: string): string {
  if (/[\r\n\0]/.test(value.trim())) {
    throw new RangeError('The value of a header must not contain line breaks.')
  }
  // Headers are bytes: what Latin-1 has no letter for goes as UTF-8.
  const text = value.trim()
  return /[^\t\x20-\u00ff]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text
}

// The gateway sets these itself: https://learn.microsoft.com/azure/api-management/set-header-policy#usage-notes
function checkName(source: PolicySource, name: string): void {
  if (/^(connection|content-length|keep-alive|transfer-encoding)$/i.test(name)) {
    throw source.fault(`the header '${name}' cannot be set.`, 'name')
  }
  if (!namePattern.test(name)) {
    throw source.fault(`'${name}' is not the name of a header.`, 'name')
  }
}

// The headers a section works on: of the request before the backend was called, of the response after.
function headersOf(call: GatewayCall): HeaderList {
  const isAnswer = call.section === 'outbound' || call.section === 'on-error'
  return isAnswer && call.response ? call.response.headers : call.request.headers
}
