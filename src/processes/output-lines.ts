import type { Clock } from '../base/clock.ts'
import { outputLineCharsMax, outputLinesPerSecondMax } from './limits.ts'

/** Cuts a child's output into lines of bounded length, at a bounded rate. */
export class OutputLines {
  readonly #clock: Clock
  readonly #onLine: (line: string) => void
  #rest = ''
  #windowStartMs = 0
  #taken = 0
  #dropped = 0

  constructor(clock: Clock, onLine: (line: string) => void) {
    this.#clock = clock
    this.#onLine = onLine
  }

  write(text: string): void {
    const lines = (this.#rest + text).split('\n')
    const last = lines.pop() ?? ''
    for (const line of lines) this.#take(line)
    this.#rest = last
    if (last.length > outputLineCharsMax) {
      this.#take(last)
      this.#rest = ''
    }
  }

  end(): void {
    if (this.#rest !== '') this.#take(this.#rest)
    this.#rest = ''
  }

  #take(line: string): void {
    const nowMs = this.#clock.now()
    if (nowMs - this.#windowStartMs >= 1_000) {
      this.#windowStartMs = nowMs
      this.#taken = 0
      if (this.#dropped > 0) this.#onLine(`(${this.#dropped} lines dropped: too many in a second)`)
      this.#dropped = 0
    }
    if (this.#taken++ >= outputLinesPerSecondMax) this.#dropped++
    else this.#onLine(line.slice(0, outputLineCharsMax).trimEnd())
  }
}
