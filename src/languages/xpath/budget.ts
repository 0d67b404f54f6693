import { SourceError } from '../../base/errors.ts'
import { stepsMax } from './limits.ts'

/** Counts the steps of one evaluation, so that none goes on for ever. */
export class Budget {
  #left: number

  constructor(steps: number = stepsMax) {
    this.#left = steps
  }

  /** Throws when the evaluation took more steps than it may. */
  spend(steps: number): void {
    this.#left -= steps
    if (this.#left < 0)
      throw new SourceError('TooManySteps', 'The evaluation takes too many steps.', {
        line: 1,
        column: 1,
      })
  }
}
