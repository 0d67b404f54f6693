import type { ResultSink } from './result-sink.ts'

/** Collects the text of an attribute, a comment or an instruction, which can have nothing else. */
export class TextSink implements ResultSink {
  #text = ''
  readonly #fault: (message: string) => Error

  constructor(fault: (message: string) => Error) {
    this.#fault = fault
  }

  get output(): string {
    return this.#text
  }

  text(value: string): void {
    this.#text += value
  }

  startElement({ name }: { readonly name: { readonly local: string } }): void {
    throw this.#fault(`An element '${name.local}' cannot stand where only text can be.`)
  }

  endElement(): void {}

  comment(): void {
    throw this.#fault('A comment cannot stand where only text can be.')
  }

  instruction(): void {
    throw this.#fault('A processing instruction cannot stand where only text can be.')
  }
}
