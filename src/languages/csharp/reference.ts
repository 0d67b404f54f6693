/** A variable that a member sets or reads: the argument of `out` and `ref`. */
export interface Reference {
  value: unknown
}

/** True for the argument of an `out` or `ref` parameter. */
export function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && 'value' in value
}
