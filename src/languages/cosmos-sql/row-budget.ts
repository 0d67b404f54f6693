import { subqueryRowsMax } from './limits.ts'

/** Bounds what subqueries, also those inside each other, do for one row of the outermost query. */
export class RowBudget {
  #left = subqueryRowsMax

  /** Begins a new row. */
  refill(): void {
    this.#left = subqueryRowsMax
  }

  /** Counts one row of a subquery; false when there were too many. */
  spend(): boolean {
    this.#left -= 1
    return this.#left >= 0
  }
}
