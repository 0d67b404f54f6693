import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/check-header-policy */
export const checkHeader: PolicyDefinition = {
  name: 'check-header',
  sections: ['inbound'],
  attributes: ['name', 'failed-check-httpcode', 'failed-check-error-message', 'ignore-case'],
  elements: ['value'],
  compile(source) {
    const name = source.requiredText('name')
    const status = source.requiredCount('failed-check-httpcode', { min: 100, max: 599 })
    const message = source.requiredText('failed-check-error-message')
    const ignoreCase = source.flag('ignore-case')
    const values = source.children('value').map((each) => each.contentText())
    return (call) => {
      const header = name.read(call)
      const given = call.request.headers.text(header)
      const fold = ignoreCase?.read(call) ? (text: string) => text.toLowerCase() : String
      const wanted = values.map((each) => fold(each.read(call)))
      const isMissing = given === undefined
      if (!isMissing && (wanted.length === 0 || wanted.includes(fold(given)))) return
      throw new PolicyError({
        source: source.name,
        reason: isMissing ? 'HeaderNotFound' : 'HeaderValueNotAllowed',
        message: isMissing
          ? `Header ${header} was not found in the request. Access denied.`
          : `Header ${header} value of ${given} is not allowed. Access denied.`,
        status: status.read(call),
        answer: message.read(call),
      })
    }
  },
}
