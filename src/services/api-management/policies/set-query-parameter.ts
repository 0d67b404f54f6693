import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/set-query-parameter-policy */
export const setQueryParameter: PolicyDefinition = {
  name: 'set-query-parameter',
  sections: ['inbound', 'backend'],
  attributes: ['name', 'exists-action'],
  elements: ['value'],
  compile(source) {
    const name = source.requiredText('name')
    const action = source.choice('exists-action', ['override', 'skip', 'append', 'delete'])
    const values = source.children('value').map((each) => each.contentText())
    return (call) => {
      const own = name.read(call)
      const pairs = pairsOf(call.target.queryString)
      const others = pairs.filter((pair) => nameOf(pair) !== own.toLowerCase())
      const added = values.map(
        (value) => `${encodeURIComponent(own)}=${encodeURIComponent(value.read(call))}`,
      )
      const isThere = others.length < pairs.length
      const result = {
        override: [...others, ...added],
        skip: isThere ? pairs : [...pairs, ...added],
        append: [...pairs, ...added],
        delete: others,
      }[action?.read(call) ?? 'override']
      call.target.queryString = result.length === 0 ? '' : `?${result.join('&')}`
    }
  },
}

function pairsOf(queryString: string): readonly string[] {
  return queryString
    .replace(/^\?/, '')
    .split('&')
    .filter((pair) => pair !== '')
}

function nameOf(pair: string): string {
  const [name = ''] = pair.split('=')
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')).toLowerCase()
  } catch {
    // Not UTF-8: compared as it came.
    return name.toLowerCase()
  }
}
