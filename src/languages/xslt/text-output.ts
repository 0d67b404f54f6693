import { TextBuffer } from '../xml/text-buffer.ts'
import type { ResultSink } from './result-sink.ts'

/** Writes the texts of a result. https://www.w3.org/TR/xslt-10/#section-Text-Output-Method */
export class TextOutput implements ResultSink {
  readonly #text = new TextBuffer()

  get output(): string {
    return this.#text.toString()
  }

  text(value: string): void {
    this.#text.add(value)
  }

  startElement(): void {}

  endElement(): void {}

  comment(): void {}

  instruction(): void {}
}
