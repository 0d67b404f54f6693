/** What a group of batches touched, gathered while it is applied. */
export class Touched {
  readonly collections = new Set<string>()
  readonly queues = new Set<string>()
  /** Blobs that may have lost their last hold. */
  readonly blobs = new Set<string>()
  /** When the sweep has something to remove because of it. */
  sweepMs = Infinity

  sweepAt(atMs: number): void {
    this.sweepMs = Math.min(this.sweepMs, atMs)
  }

  clear(): void {
    this.collections.clear()
    this.queues.clear()
    this.blobs.clear()
    this.sweepMs = Infinity
  }
}
