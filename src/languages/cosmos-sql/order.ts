import type { JsonValue } from '../../base/json.ts'
import type { Collector } from './collector.ts'
import type { OrderKey } from './compile-order.ts'
import type { SelectPlan } from './compile-select.ts'
import { heapRowsMax } from './limits.ts'
import type { ResultOutput } from './result-output.ts'
import { SortedRuns } from './sorted-runs.ts'
import { TopRows } from './top-rows.ts'
import { compareValues, type Value } from './values.ts'

/** A result on its way to its place: what it is sorted by, and when it came. */
export interface OrderedRow {
  readonly keys: readonly Value[]
  readonly sequence: number
  readonly value: JsonValue
}

export type CompareRows = (left: OrderedRow, right: OrderedRow) => number

/**
 * Sorts: a bounded heap when LIMIT says how many are wanted, sorted runs merged at the end when it does not.
 * DISTINCT needs all rows, since equal results fall away before LIMIT counts.
 */
export function newOrderCollector(plan: SelectPlan, output: ResultOutput): Collector {
  const compare = newCompare(plan.order)
  const wanted = plan.offset + plan.limit
  const isBounded = wanted <= heapRowsMax && !plan.distinct
  const rows = isBounded ? new TopRows(wanted, compare) : new SortedRuns(compare)
  let sequence = 0
  return {
    add(row) {
      const keys = plan.order.map((key) => key.evaluate(row))
      sequence += 1
      if (!rows.accepts(keys, sequence)) return
      const value = plan.project(row)
      if (value !== undefined) rows.add({ keys, sequence, value })
    },
    *finish() {
      for (const row of rows.sorted()) {
        if (output.isFull) return
        output.push(row.value)
        yield
      }
    },
  }
}

function newCompare(order: readonly OrderKey[]): CompareRows {
  return (left, right) => {
    for (let index = 0; index < order.length; index += 1) {
      const result = compareValues(left.keys[index], right.keys[index])
      if (result !== 0) return order[index]?.descending ? -result : result
    }
    return left.sequence - right.sequence
  }
}
