import type { Expression } from './syntax-tree.ts'

/** A text that is the same for expressions that say the same, wherever and however they are written. */
export function expressionKey(expression: Expression): string {
  return JSON.stringify(expression, (name, value: unknown) => {
    if (name === 'start' || name === 'end') return undefined
    return value === undefined ? { undefined: true } : value
  })
}
