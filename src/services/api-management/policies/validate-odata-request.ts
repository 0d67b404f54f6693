import { parseToken } from '../../../languages/dotnet/json-reader.ts'
import type { GatewayCall } from '../gateway/gateway-call.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicySource } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/validate-odata-request-policy */
export const validateOdataRequest: PolicyDefinition = {
  name: 'validate-odata-request',
  sections: ['inbound'],
  scopes: ['global', 'workspace', 'product', 'api'],
  attributes: [
    'error-variable-name',
    'default-odata-version',
    'min-odata-version',
    'max-odata-version',
    'max-size',
  ],
  compile(source) {
    const variable = source.literal('error-variable-name')
    const normal = version(source, 'default-odata-version') ?? '4.0'
    const lowest = version(source, 'min-odata-version')
    const highest = version(source, 'max-odata-version')
    const sizeMax = source.count('max-size')
    if (sizeMax) source.usage.requestBody = true
    return (call) => {
      const size = call.request.body.bytes?.length ?? 0
      const limit = sizeMax?.read(call)
      const fault =
        versionFault(call, { normal, lowest, highest }) ??
        queryFault(call) ??
        (limit !== undefined && size > limit
          ? `Request's body is ${size} bytes long and it exceeds the limit of ${limit} bytes.`
          : undefined)
      if (fault === undefined) return
      if (variable !== undefined) {
        const told = JSON.stringify([{ Type: 'ODataRequest', Details: fault }])
        call.variables.set(variable, parseToken(told, { readsDates: false }))
      }
      throw new PolicyError({
        source: source.name,
        reason: 'Bad request',
        message: fault,
        status: 400,
      })
    }
  },
}

function version(source: PolicySource, attribute: string): string | undefined {
  const text = source.literal(attribute)
  if (text === undefined || /^\d+\.\d+$/.test(text)) return text
  throw source.fault(`the attribute '${attribute}' must be a version such as 4.0`, attribute)
}

function versionFault(
  { request }: GatewayCall,
  allowed: { normal: string; lowest: string | undefined; highest: string | undefined },
): string | undefined {
  const { normal, lowest, highest } = allowed
  const limit = request.headers.text('odata-maxversion')
  const own = request.headers.text('odata-version') ?? normal
  const wrong = [own, ...(limit === undefined ? [] : [limit])].find(
    (each) => !/^\d+\.\d+$/.test(each),
  )
  if (wrong !== undefined) return `The OData version '${wrong}' is not valid.`
  if (lowest !== undefined && Number(own) < Number(lowest)) {
    return `The OData version ${own} of the request is lower than ${lowest}.`
  }
  if (highest !== undefined && Number(own) > Number(highest)) {
    return `The OData version ${own} of the request is higher than ${highest}.`
  }
  return undefined
}

/** https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_SystemQueryOptions */
const systemOptions: ReadonlySet<string> = new Set([
  '$apply',
  '$compute',
  '$count',
  '$deltatoken',
  '$expand',
  '$filter',
  '$format',
  '$id',
  '$index',
  '$levels',
  '$orderby',
  '$schemaversion',
  '$search',
  '$select',
  '$skip',
  '$skiptoken',
  '$top',
])

function queryFault({ request }: GatewayCall): string | undefined {
  for (const [name, values] of request.originalUrl.query) {
    if (!name.startsWith('$')) continue
    if (!systemOptions.has(name)) return `The query option '${name}' is not known.`
    const [value = '', second] = values
    if (second !== undefined) return `The query option '${name}' stands more than once.`
    const fault = optionFault(name, value)
    if (fault !== undefined) return fault
  }
  return undefined
}

function optionFault(name: string, value: string): string | undefined {
  const isWrong =
    ((name === '$top' || name === '$skip') && !/^\d{1,10}$/.test(value)) ||
    (name === '$count' && !/^(?:true|false)$/.test(value)) ||
    (!/^\$(?:search|id|format)$/.test(name) && !isBalanced(value)) ||
    value.trim() === ''
  return isWrong ? `The value of the query option '${name}' is not valid.` : undefined
}

/** True where quotes and parentheses end that begin: `name eq 'O''Neil' and (age gt 3)`. */
function isBalanced(text: string): boolean {
  let depth = 0
  let isQuoted = false
  for (const letter of text) {
    if (letter === "'") isQuoted = !isQuoted
    else if (!isQuoted && letter === '(') depth += 1
    else if (!isQuoted && letter === ')') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0 && !isQuoted
}
