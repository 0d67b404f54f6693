import { compareValues, type EdmValue } from './edm-value.ts'
import type { ComparisonOperator, Filter, Operand } from './filter.ts'

/** The value of a property, or nothing where there is none. */
export type ReadProperty = (name: string) => EdmValue | undefined

/** Whether a condition holds; a comparison with what is not there, or of another type, does not. */
export function evaluateFilter(filter: Filter, read: ReadProperty): boolean {
  switch (filter.kind) {
    case 'and':
      return evaluateFilter(filter.left, read) && evaluateFilter(filter.right, read)
    case 'or':
      return evaluateFilter(filter.left, read) || evaluateFilter(filter.right, read)
    case 'not':
      return !evaluateFilter(filter.of, read)
    case 'operand':
      return valueOf(filter.operand, read)?.value === true
    case 'compare':
      return holds(filter.operator, valueOf(filter.left, read), valueOf(filter.right, read))
  }
}

function valueOf(operand: Operand, read: ReadProperty): EdmValue | undefined {
  return operand.kind === 'literal' ? operand.value : read(operand.name)
}

function holds(
  operator: ComparisonOperator,
  left: EdmValue | undefined,
  right: EdmValue | undefined,
): boolean {
  const order = left && right && compareValues(left, right)
  if (order === undefined) return false
  switch (operator) {
    case 'eq':
      return order === 0
    case 'ne':
      return order !== 0
    case 'gt':
      return order > 0
    case 'ge':
      return order >= 0
    case 'lt':
      return order < 0
    case 'le':
      return order <= 0
  }
}
