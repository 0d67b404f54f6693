import type { Clock } from '../base/clock.ts'
import { outputCharsPerSecondMax, outputLineCharsMax, outputLinesPerSecondMax } from './limits.ts'

const windowMs = 1_000

/** Cuts a child's output into lines of bounded length, at a bounded rate. */
export class OutputLines {
  readonly #clock: Clock
  readonly #onLine: (line: string) => void
  #rest = ''
  #windowStartMs = 0
  #taken = 0
  #chars = 0
  #dropped = 0

  constructor(clock: Clock, onLine: (line: string) => void) {
    this.#clock = clock
    this.#onLine = onLine
  }

  /** Gives how long the reader should wait before it reads on: 0 unless the child floods. */
  write(text: string): number {
    this.#turnWindow()
    this.#chars += text.length
    const lines = (this.#rest + text).split('\n')
    const last = lines.pop() ?? ''
    for (const line of lines) this.#take(line)
    this.#rest = last
    if (last.length > outputLineCharsMax) {
      this.#take(last)
      this.#rest = ''
    }
    if (this.#chars <= outputCharsPerSecondMax) return 0
    return Math.max(this.#windowStartMs + windowMs - this.#clock.now(), 0)
  }

  end(): void {
    if (this.#rest !== '') this.#take(this.#rest)
    this.#rest = ''
    this.#tellDropped()
  }

  #take(line: string): void {
    if (this.#taken++ >= outputLinesPerSecondMax) this.#dropped++
    else this.#onLine(line.slice(0, outputLineCharsMax).trimEnd())
  }

  #turnWindow(): void {
    const nowMs = this.#clock.now()
    if (nowMs - this.#windowStartMs < windowMs) return
    this.#windowStartMs = nowMs
    this.#taken = 0
    this.#chars = 0
    this.#tellDropped()
  }

  #tellDropped(): void {
    if (this.#dropped > 0) this.#onLine(`(${this.#dropped} lines dropped: too many in a second)`)
    this.#dropped = 0
  }
}
