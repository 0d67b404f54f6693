import { newAccumulator, type Accumulator } from './aggregates.ts'
import type { Evaluate, Row } from './compilation.ts'
import type { GroupPlan } from './compile-select.ts'
import type { ResultOutput } from './result-output.ts'
import { canonicalText, type Value } from './values.ts'

interface Group {
  readonly keys: readonly Value[]
  readonly accumulators: readonly Accumulator[]
}

/** Reckons aggregates row by row; it keeps one entry for each group and no rows. */
export class GroupCollector {
  readonly #plan: GroupPlan
  readonly #project: Evaluate
  readonly #output: ResultOutput
  readonly #row: Row
  readonly #groups = new Map<string, Group>()

  constructor(options: { grouping: GroupPlan; project: Evaluate; output: ResultOutput; row: Row }) {
    this.#plan = options.grouping
    this.#project = options.project
    this.#output = options.output
    this.#row = options.row
    // Aggregates without GROUP BY have an answer even when there was no row.
    if (this.#plan.keys.length === 0) this.#groupOf([])
  }

  add(row: Row): void {
    const { accumulators } = this.#groupOf(this.#plan.keys.map((key) => key.evaluate(row)))
    this.#plan.aggregates.forEach((use, index) => accumulators[index]?.add(use.argument(row)))
  }

  *finish(): Iterable<void> {
    for (const { keys, accumulators } of this.#groups.values()) {
      this.#plan.keys.forEach((key, index) => {
        this.#row[key.slot] = keys[index]
      })
      this.#plan.aggregates.forEach((use, index) => {
        this.#row[use.slot] = accumulators[index]?.result()
      })
      this.#output.push(this.#project(this.#row))
      yield
    }
  }

  #groupOf(keys: readonly Value[]): Group {
    const text = keys.map(canonicalText).join('\n')
    const known = this.#groups.get(text)
    if (known) return known
    const accumulators = this.#plan.aggregates.map((use) => newAccumulator(use.name))
    const group: Group = { keys, accumulators }
    this.#groups.set(text, group)
    return group
  }
}
