// Four buckets for each doubling from a microsecond to about 18 hours: an answer is off by 19 % at most.
const bucketsPerDoubling = 4
const bucketCount = 36 * bucketsPerDoubling
const smallestMs = 0.001

/** Durations counted in buckets, so that percentiles of any number of them take little room. */
export class DurationHistogram {
  readonly #buckets = new Uint32Array(bucketCount)
  #count = 0

  add(durationMs: number): void {
    const doublings = Math.log2(Math.max(durationMs, smallestMs) / smallestMs)
    const bucket = Math.min(Math.floor(doublings * bucketsPerDoubling), bucketCount - 1)
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
    this.#count += 1
  }

  /** The duration below which this share of all lies; 0 when there is none. */
  percentile(share: number): number {
    let remaining = Math.ceil(share * this.#count)
    if (remaining === 0) return 0
    for (const [bucket, count] of this.#buckets.entries()) {
      remaining -= count
      if (remaining <= 0) return smallestMs * 2 ** ((bucket + 0.5) / bucketsPerDoubling)
    }
    return smallestMs * 2 ** (bucketCount / bucketsPerDoubling)
  }
}
