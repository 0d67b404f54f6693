import type { ResultSink } from './result-sink.ts'

/** Writes the texts of a result. https://www.w3.org/TR/xslt-10/#section-Text-Output-Method */
export class TextOutput implements ResultSink {
  #text = ''

  get output(): string {
    return this.#text
  }

  text(value: string): void {
    this.#text += value
  }

  startElement(): void {}

  endElement(): void {}

  comment(): void {}

  instruction(): void {}
}
