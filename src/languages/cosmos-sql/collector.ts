import type { Row } from './compilation.ts'
import type { SelectPlan } from './compile-select.ts'
import { GroupCollector } from './group.ts'
import { newOrderCollector } from './order.ts'
import type { ResultOutput } from './result-output.ts'

/** Takes the rows that WHERE lets through and brings their results to the output. */
export interface Collector {
  add(row: Row): void
  /** Brings what had to wait for the last row; it stops now and then, so that its caller can let others run. */
  finish(): Iterable<void>
}

/** The collector a plan needs: one that groups, one that sorts, or one that hands on at once. */
export function newCollector(plan: SelectPlan, output: ResultOutput, row: Row): Collector {
  const { grouping, project } = plan
  if (grouping) return new GroupCollector({ grouping, project, output, row })
  if (plan.order.length > 0) return newOrderCollector(plan, output)
  return {
    add: (added) => output.push(project(added)),
    finish: () => [],
  }
}
