import type { Operation } from '../operation.ts'

/** An operation whose template fits a path, with the values of its parameters. */
export interface OperationMatch {
  readonly operation: Operation
  readonly parameters: Map<string, string>
}

interface CompiledTemplate {
  readonly operation: Operation
  readonly pattern: RegExp
  readonly names: readonly string[]
  readonly query: readonly { readonly name: string; readonly value: string }[]
  /** Sorts before another when its first differing digit is lower: words before parameters before the rest. */
  readonly rank: string
}

/** Finds the operation of a request: https://learn.microsoft.com/azure/api-management/add-api-manually */
export class OperationMatcher {
  readonly #templates: readonly CompiledTemplate[]

  constructor(operations: readonly Operation[]) {
    this.#templates = operations
      .map(compile)
      .toSorted((left, right) => (left.rank < right.rank ? -1 : left.rank > right.rank ? 1 : 0))
  }

  /** `path` without the path of the API: `/orders/7`. */
  match(
    method: string,
    path: string,
    query: ReadonlyMap<string, readonly string[]>,
  ): OperationMatch | undefined {
    const trimmed = path.length > 1 ? path.replace(/\/+$/, '') : path
    for (const template of this.#templates) {
      if (template.operation.method !== method && template.operation.method !== '*') continue
      const found = template.pattern.exec(trimmed)
      if (!found || !fitsQuery(template, query)) continue
      return { operation: template.operation, parameters: parametersOf(template, found, query) }
    }
    return undefined
  }
}

function compile(operation: Operation): CompiledTemplate {
  const [path = '/', query = ''] = operation.urlTemplate.split('?')
  const names: string[] = []
  const trimmed = path.length > 1 ? path.replace(/\/+$/, '') : path
  const source = trimmed.replaceAll(
    /\{(\*?)([^}]*)\}|\/\*$|[^{]+?(?=\{|\/\*$|$)/g,
    (text, rest: string, name: string | undefined) => {
      if (text === '/*') return '(?:/.*)?'
      if (name === undefined) return escape(text)
      names.push(name)
      return rest === '*' ? '(.*)' : '([^/]+)'
    },
  )
  return {
    operation,
    pattern: new RegExp(`^${source}$`, 'i'),
    names,
    query: pairsOf(query),
    rank: rankOf(trimmed),
  }
}

function rankOf(path: string): string {
  const digits = path
    .split('/')
    .slice(1)
    .map((segment) => {
      if (segment === '*' || segment.startsWith('{*')) return '4'
      if (!segment.includes('{')) return '1'
      return /^\{[^}]*\}$/.test(segment) ? '3' : '2'
    })
  // A longer template is more specific than its beginning.
  return `${digits.join('')}5`
}

function pairsOf(query: string): readonly { name: string; value: string }[] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value = ''] = pair.split('=')
      return { name, value }
    })
}

// A fixed value in the template's query must be there; a parameter may be missing.
function fitsQuery(
  template: CompiledTemplate,
  query: ReadonlyMap<string, readonly string[]>,
): boolean {
  return template.query.every(
    ({ name, value }) => value.startsWith('{') || query.get(name)?.includes(value),
  )
}

function parametersOf(
  template: CompiledTemplate,
  found: RegExpExecArray,
  query: ReadonlyMap<string, readonly string[]>,
): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const [index, name] of template.names.entries()) {
    parameters.set(name, decode(found[index + 1] ?? ''))
  }
  for (const { name, value } of template.query) {
    const given = query.get(name)?.[0]
    if (value.startsWith('{') && given !== undefined) parameters.set(value.slice(1, -1), given)
  }
  return parameters
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not UTF-8: left as it came.
    return text
  }
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
