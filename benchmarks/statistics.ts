/** The middle value; of an even number, the lower of the two. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** The value below which a fraction of all values lie. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const index = Math.min(Math.ceil(sorted.length * fraction), sorted.length) - 1
  return sorted[Math.max(index, 0)] ?? Number.NaN
}
