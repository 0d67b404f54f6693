// "s" and the sequence number of the last document that was passed.
const pattern = /^s(\d{1,11})$/

/** The cursor after the document of a sequence number. */
export function toCursor(sequence: number): string {
  return `s${sequence}`
}

/** The sequence number in a cursor; `undefined` is the beginning. */
export function fromCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const digits = pattern.exec(cursor)?.[1]
  if (digits === undefined) throw new RangeError(`'${cursor}' is no cursor of this store`)
  return Number(digits)
}
