import type { Evaluate } from './compilation.ts'
import type { Expression, Selection } from './syntax-tree.ts'
import { subexpressions } from './subexpressions.ts'
import { canonicalText, compareValues, type Value } from './values.ts'

/** One aggregate call of a query: its argument, and the slot where its result stands. */
export interface AggregateUse {
  readonly name: AggregateName
  readonly argument: Evaluate
  readonly slot: number
}

export type AggregateName = keyof typeof aggregates

/** Sees the values of a group one by one. */
export interface Accumulator {
  add(value: Value): void
  result(): Value
}

// https://learn.microsoft.com/azure/cosmos-db/nosql/query/aggregate-functions
const aggregates = {
  COUNT: newCount,
  COUNTIF: newCountIf,
  SUM: newSum,
  AVG: newAverage,
  MIN: () => newExtreme(-1),
  MAX: () => newExtreme(1),
  MAKELIST: newList,
  MAKESET: newSet,
} satisfies Record<string, () => Accumulator>

export function isAggregate(name: string): name is AggregateName {
  return Object.hasOwn(aggregates, name)
}

export function newAccumulator(name: AggregateName): Accumulator {
  return aggregates[name]()
}

/** The aggregates of a select list, in the order they are written, with Azure's names for them. */
export function aggregateNames(selection: Selection): string[] {
  switch (selection.kind) {
    case 'star':
      return []
    case 'value':
      return namesIn(selection.value)
    case 'list':
      return selection.items.flatMap((item) => namesIn(item.value))
  }
}

export function usesAggregate(selection: Selection): boolean {
  return aggregateNames(selection).length > 0
}

const plannedNames: Record<AggregateName, string> = {
  COUNT: 'Count',
  COUNTIF: 'CountIf',
  SUM: 'Sum',
  AVG: 'Average',
  MIN: 'Min',
  MAX: 'Max',
  MAKELIST: 'MakeList',
  MAKESET: 'MakeSet',
}

function namesIn(expression: Expression): string[] {
  const inside = subexpressions(expression).flatMap(namesIn)
  if (expression.kind !== 'call' || expression.userDefined) return inside
  const name = expression.name.toUpperCase()
  return isAggregate(name) ? [plannedNames[name], ...inside] : inside
}

function newCount(): Accumulator {
  let count = 0
  return {
    add(value) {
      if (value !== undefined) count += 1
    },
    result: () => count,
  }
}

function newCountIf(): Accumulator {
  let count = 0
  return {
    add(value) {
      if (value === true) count += 1
    },
    result: () => count,
  }
}

// One value that is no number makes the whole sum undefined; undefined itself is passed over.
function newSum(): Accumulator {
  let sum: number | undefined = 0
  return {
    add(value) {
      if (value === undefined || sum === undefined) return
      sum = typeof value === 'number' ? sum + value : undefined
    },
    result: () => sum,
  }
}

function newAverage(): Accumulator {
  const sum = newSum()
  const count = newCount()
  return {
    add(value) {
      sum.add(value)
      count.add(value)
    },
    result() {
      const [total, values] = [sum.result(), count.result()]
      if (typeof total !== 'number' || typeof values !== 'number') return undefined
      return values === 0 ? undefined : total / values
    },
  }
}

// Arrays and objects have no place among smallest and largest: one of them makes the result undefined.
function newExtreme(sign: -1 | 1): Accumulator {
  let extreme: Value
  let isMixed = false
  return {
    add(value) {
      if (value === undefined) return
      if (typeof value === 'object' && value !== null) isMixed = true
      else if (extreme === undefined || compareValues(value, extreme) * sign > 0) extreme = value
    },
    result: () => (isMixed ? undefined : extreme),
  }
}

function newList(): Accumulator {
  const values: Exclude<Value, undefined>[] = []
  return {
    add(value) {
      if (value !== undefined) values.push(value)
    },
    result: () => values,
  }
}

function newSet(): Accumulator {
  const values = new Map<string, Exclude<Value, undefined>>()
  return {
    add(value) {
      if (value === undefined) return
      const key = canonicalText(value)
      if (!values.has(key)) values.set(key, value)
    },
    result: () => [...values.values()],
  }
}
