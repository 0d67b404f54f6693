// Nothing here survives a crash: it counts what failed since the start.

/** How many runs of a workflow failed, and why the first one did. */
export interface FailedRuns {
  readonly count: number
  readonly reason: string
}

/** Runs that failed and whose callers, if they had any, did not hear of it. */
export class RunFailures {
  readonly #byWorkflow = new Map<string, FailedRuns>()

  get byWorkflow(): ReadonlyMap<string, FailedRuns> {
    return this.#byWorkflow
  }

  add(workflow: string, reason: string, added = 1): void {
    const known = this.#byWorkflow.get(workflow)
    const count = (known?.count ?? 0) + added
    this.#byWorkflow.set(workflow, { count, reason: known?.reason ?? reason })
  }
}
