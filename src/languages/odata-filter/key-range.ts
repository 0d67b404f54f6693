import type { Filter } from './filter.ts'

/** What a condition says of a text property: bounds that are not wider than they must be, or nothing. */
export interface TextRange {
  readonly from?: string | undefined
  /** Included. */
  readonly to?: string | undefined
}

/** The texts that a property can have where a condition holds; every one that can is within. */
export function rangeOf(filter: Filter, property: string): TextRange {
  if (filter.kind === 'and') {
    const [left, right] = [rangeOf(filter.left, property), rangeOf(filter.right, property)]
    return { from: largest(left.from, right.from), to: smallest(left.to, right.to) }
  }
  if (filter.kind !== 'compare') return {}
  const { left, right, operator } = filter
  if (left.kind !== 'property' || left.name !== property || right.kind !== 'literal') return {}
  if (right.value.type !== 'Edm.String') return {}
  const { value } = right.value
  switch (operator) {
    case 'eq':
      return { from: value, to: value }
    case 'gt':
    case 'ge':
      return { from: value }
    case 'lt':
    case 'le':
      return { to: value }
    case 'ne':
      return {}
  }
}

function largest(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || right === undefined) return left ?? right
  return left > right ? left : right
}

function smallest(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || right === undefined) return left ?? right
  return left < right ? left : right
}
