import type { GatewayCall } from '../gateway/gateway-call.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/rewrite-uri-policy */
export const rewriteUri: PolicyDefinition = {
  name: 'rewrite-uri',
  sections: ['inbound'],
  attributes: ['template', 'copy-unmatched-params'],
  compile(source) {
    const template = source.requiredText('template')
    const copyUnmatched = source.flag('copy-unmatched-params')
    return (call) => rewrite(call, template.read(call), copyUnmatched?.read(call) ?? true)
  },
}

function rewrite(call: GatewayCall, template: string, copyUnmatched: boolean): void {
  const { matchedParameters } = call.request
  const [path = '', query = ''] = splitOnce(template, '?')
  const fill = (text: string): string =>
    text.replaceAll(/\{\*?([^{}]+)\}/g, (whole, name: string) => {
      const value = matchedParameters.get(name)
      return value === undefined ? whole : encodeURI(value)
    })
  const filled = fill(path)
  const written = query === '' ? [] : fill(query).split('&')
  const used = new Set([...matchedParameters.keys()].map((name) => name.toLowerCase()))
  const named = new Set(written.map((pair) => nameOf(pair)))
  // Parameters of the operation's own template count as matched: they go only where the new template names them.
  const copied = copyUnmatched
    ? pairsOf(call.target.queryString).filter(
        (pair) => !used.has(nameOf(pair)) && !named.has(nameOf(pair)),
      )
    : []
  const pairs = [...written, ...copied]
  call.target.path = filled.startsWith('/') ? filled : `/${filled}`
  call.target.queryString = pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function splitOnce(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function pairsOf(queryString: string): readonly string[] {
  return queryString
    .replace(/^\?/, '')
    .split('&')
    .filter((pair) => pair !== '')
}

function nameOf(pair: string): string {
  const [name = ''] = pair.split('=')
  return name.toLowerCase()
}
