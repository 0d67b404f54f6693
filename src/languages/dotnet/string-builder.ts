import { boundedText, checkSize, textLengthMax } from './limits.ts'
import { argumentOutOfRange, indexOutOfRange } from './exceptions.ts'
import { displayText, formatComposite, newLine } from './format.ts'
import { insert, remove, replace } from './string.ts'
import { charOf, type DotnetChar, type DotnetObject } from './value.ts'

/** System.Text.StringBuilder; `AppendLine` ends lines as Windows does. */
export class StringBuilder implements DotnetObject {
  readonly typeName = 'System.Text.StringBuilder'
  #text: string
  #capacity: number

  constructor(text: string | null = null, capacity = 16) {
    if (capacity < 0) throw argumentOutOfRange('capacity')
    this.#text = text ?? ''
    this.#capacity = Math.max(capacity, 16)
  }

  get length(): number {
    return this.#text.length
  }

  /** `Length = value`: cuts, or fills with zero characters. */
  set length(value: number) {
    if (value < 0 || value > textLengthMax) throw argumentOutOfRange('value')
    this.#text = this.#text.slice(0, value).padEnd(value, '\0')
  }

  get capacity(): number {
    while (this.#capacity < this.#text.length) this.#capacity *= 2
    return this.#capacity
  }

  /** `Append` of any value. */
  append(value: unknown): this {
    this.#text += displayText(value)
    checkSize(this.#text.length, textLengthMax)
    return this
  }

  /** `Append(char, count)`. */
  appendRepeated(char: DotnetChar, count: number): this {
    if (count < 0) throw argumentOutOfRange('repeatCount')
    checkSize(count, textLengthMax)
    return this.append(char.text.repeat(count))
  }

  /** `Append(text, start, count)`. */
  appendPart(text: string | null, start: number, count: number): this {
    const from = text ?? ''
    if (start < 0) throw argumentOutOfRange('startIndex')
    if (count < 0 || start + count > from.length) throw argumentOutOfRange('count')
    return this.append(from.slice(start, start + count))
  }

  appendLine(text: string | null = null): this {
    return this.append((text ?? '') + newLine)
  }

  appendFormat(format: string, values: readonly unknown[]): this {
    return this.append(formatComposite(format, values))
  }

  insert(index: number, value: unknown): this {
    this.#text = boundedText(insert(this.#text, index, displayText(value)))
    return this
  }

  remove(start: number, count: number): this {
    this.#text = remove(this.#text, start, count)
    return this
  }

  replace(from: string | DotnetChar | null, to: string | DotnetChar | null): this {
    this.#text = replace(this.#text, from, to)
    return this
  }

  /** `Replace(from, to, start, count)`. */
  replaceIn(
    [from, to]: readonly [string | DotnetChar, string | DotnetChar | null],
    start: number,
    count: number,
  ): this {
    if (start < 0 || start > this.#text.length) throw argumentOutOfRange('startIndex')
    if (count < 0 || start + count > this.#text.length) throw argumentOutOfRange('count')
    const end = start + count
    const part = replace(this.#text.slice(start, end), from, to)
    this.#text = this.#text.slice(0, start) + part + this.#text.slice(end)
    return this
  }

  clear(): this {
    this.#text = ''
    return this
  }

  /** `builder[index]`. */
  get(index: number): DotnetChar {
    if (index < 0 || index >= this.#text.length) throw indexOutOfRange()
    return charOf(this.#text.charCodeAt(index))
  }

  /** `builder[index] = char`. */
  set(index: number, char: DotnetChar): void {
    if (index < 0 || index >= this.#text.length) throw argumentOutOfRange('index')
    this.#text = this.#text.slice(0, index) + char.text + this.#text.slice(index + 1)
  }

  /** `ToString(start, length)`. */
  part(start: number, length: number): string {
    if (start < 0 || start > this.#text.length) throw argumentOutOfRange('startIndex')
    if (length < 0 || start + length > this.#text.length) throw argumentOutOfRange('length')
    return this.#text.slice(start, start + length)
  }

  toString(): string {
    return this.#text
  }

  /** `Equals(StringBuilder)`: the same text. */
  sameText(other: StringBuilder | null): boolean {
    return other !== null && other.#text === this.#text
  }
}
