/** A schedule that cannot be read; where one word is at fault, its column (from 1) and the word itself. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError'
  readonly column: number | undefined
  readonly word: string | undefined

  constructor(schedule: string, reason: string, place?: { column: number; word: string }) {
    const where = place ? ` Column ${place.column}: ` : ' '
    super(
      `The schedule expression '${schedule}' was not recognized as a valid cron expression or timespan string.${where}${reason}`,
    )
    this.column = place?.column
    this.word = place?.word
  }
}
