import { displayText } from './format.ts'
import type { FilterOperator, PathFilter, PathStep } from './json-path-parse.ts'
import { JArray, JObject, JValue, type JToken } from './json-token.ts'
import { isNumeric, toDouble } from './numbers.ts'

/** True when a token fulfils the condition of `[?(...)]`. */
export function matchesFilter(filter: PathFilter, token: JToken): boolean {
  switch (filter.type) {
    case 'and':
      return filter.parts.every((part) => matchesFilter(part, token))
    case 'or':
      return filter.parts.some((part) => matchesFilter(part, token))
    case 'test':
      return follow([token], filter.path).some((found) =>
        test(found, filter.operator, filter.value),
      )
  }
}

function follow(tokens: readonly JToken[], path: readonly PathStep[]): readonly JToken[] {
  return path.reduce<readonly JToken[]>(
    (current, step) => current.flatMap((token) => childAt(token, step)),
    tokens,
  )
}

function childAt(token: JToken, step: PathStep): readonly JToken[] {
  if (step.type === 'name' && token instanceof JObject) return present(token.get(step.name))
  if (step.type === 'index' && token instanceof JArray) return present(token.children[step.index])
  if (step.type !== 'any') return []
  if (token instanceof JObject) return token.children.map((property) => property.value)
  return token instanceof JArray ? token.children : []
}

function present(token: JToken | null | undefined): readonly JToken[] {
  return token ? [token] : []
}

function test(token: JToken, operator: FilterOperator | 'exists', value: unknown): boolean {
  if (operator === 'exists') return true
  if (!(token instanceof JValue)) return operator === '!='
  const order = orderOf(token.value, value)
  switch (operator) {
    case '==':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order !== undefined && order < 0
    case '<=':
      return order !== undefined && order <= 0
    case '>':
      return order !== undefined && order > 0
    case '>=':
      return order !== undefined && order >= 0
  }
}

// Values of different types are neither equal nor ordered.
function orderOf(content: unknown, value: unknown): number | undefined {
  if (content === null || value === null) return content === value ? 0 : undefined
  if (typeof value === 'number') return isNumeric(content) ? toDouble(content) - value : undefined
  if (typeof value === 'boolean') return content === value ? 0 : undefined
  if (typeof content === 'boolean' || isNumeric(content)) return undefined
  const [left, right] = [displayText(content), displayText(value)]
  return left === right ? 0 : left < right ? -1 : 1
}
