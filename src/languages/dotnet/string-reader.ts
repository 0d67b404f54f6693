import { argumentNull, systemException } from './exceptions.ts'
import { displayText, formatComposite, newLine } from './format.ts'
import { StringBuilder } from './string-builder.ts'
import type { DotnetObject } from './value.ts'

/** System.IO.StringReader. */
export class StringReader implements DotnetObject {
  readonly typeName = 'System.IO.StringReader'
  #text: string | null
  #position = 0

  constructor(text: string | null) {
    if (text === null) throw argumentNull('s')
    this.#text = text
  }

  /** The next line without its end, or null at the end of the text. */
  readLine(): string | null {
    const text = this.#open()
    if (this.#position >= text.length) return null
    const rest = /^([^\r\n]*)(\r\n|\r|\n|$)/.exec(text.slice(this.#position))
    this.#position += rest?.[0].length ?? 0
    return rest?.[1] ?? ''
  }

  readToEnd(): string {
    const rest = this.#open().slice(this.#position)
    this.#position += rest.length
    return rest
  }

  /** The code of the next character, or -1. */
  read(): number {
    const code = this.peek()
    if (code >= 0) this.#position += 1
    return code
  }

  peek(): number {
    const text = this.#open()
    return this.#position < text.length ? text.charCodeAt(this.#position) : -1
  }

  dispose(): void {
    this.#text = null
  }

  #open(): string {
    if (this.#text === null) {
      throw systemException('ObjectDisposedException', 'Cannot read from a closed TextReader.')
    }
    return this.#text
  }
}

/** System.IO.StringWriter; `WriteLine` ends lines as Windows does. */
export class StringWriter implements DotnetObject {
  readonly typeName = 'System.IO.StringWriter'
  readonly builder: StringBuilder
  #closed = false

  constructor(builder = new StringBuilder()) {
    this.builder = builder
  }

  write(value: unknown): void {
    if (this.#closed) {
      throw systemException('ObjectDisposedException', 'Cannot write to a closed TextWriter.')
    }
    this.builder.append(value)
  }

  writeLine(value: unknown = ''): void {
    this.write(displayText(value) + newLine)
  }

  writeFormat(format: string, values: readonly unknown[]): void {
    this.write(formatComposite(format, values))
  }

  dispose(): void {
    this.#closed = true
  }

  toString(): string {
    return this.builder.toString()
  }
}
