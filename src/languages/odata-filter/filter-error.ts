/** A filter that cannot be read, and where: offsets count from 0. */
export class FilterError extends Error {
  override readonly name = 'FilterError'
  readonly offset: number
  /** True for what OData has and tables have not. */
  readonly isUnsupported: boolean

  constructor(message: string, offset: number, isUnsupported = false) {
    super(`${message} at position ${offset}`)
    this.offset = offset
    this.isUnsupported = isUnsupported
  }
}
