import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 1

/** How long the event loop of this process was kept from its next turn; goal p99 < 20 ms, max < 100 ms. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs })

  constructor() {
    this.#histogram.enable()
  }

  /** Ends the measurement: `p99 2.1 ms, max 8.4 ms`. */
  stop(): string {
    this.#histogram.disable()
    const p99 = this.#histogram.percentile(99) / 1e6 - resolutionMs
    const max = this.#histogram.max / 1e6 - resolutionMs
    return `p99 ${Math.max(p99, 0).toFixed(1)} ms, max ${Math.max(max, 0).toFixed(1)} ms`
  }
}
