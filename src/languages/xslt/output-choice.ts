import { isBlank } from '../xml/xml-name.ts'
import type { WrittenElement } from '../xml/xml-writer.ts'
import { HtmlOutput } from './html-output.ts'
import type { OutputDefinition, OutputMethod } from './output-definition.ts'
import type { ResultSink } from './result-sink.ts'
import { TextOutput } from './text-output.ts'
import { XmlOutput } from './xml-output.ts'

/** Writes a result by the method of the stylesheet, or by its first element: `html` is HTML. https://www.w3.org/TR/xslt-10/#output */
export class ChosenOutput implements ResultSink {
  readonly #definition: OutputDefinition
  #method: OutputMethod | undefined
  #sink: (ResultSink & { readonly output: string }) | undefined
  readonly #waiting: ((sink: ResultSink) => void)[] = []

  constructor(definition: OutputDefinition) {
    this.#definition = definition
    if (definition.method !== undefined) this.#choose(definition.method)
  }

  get method(): OutputMethod {
    return this.#method ?? 'xml'
  }

  get output(): string {
    return this.#chosen('xml').output
  }

  startElement(element: WrittenElement): void {
    const isHtml = element.name.local.toLowerCase() === 'html' && element.name.uri === ''
    this.#chosen(isHtml ? 'html' : 'xml').startElement(element)
  }

  endElement(): void {
    this.#sink?.endElement()
  }

  text(value: string, isRaw: boolean): void {
    if (this.#sink === undefined && isBlank(value))
      this.#waiting.push((sink) => sink.text(value, isRaw))
    else this.#chosen('xml').text(value, isRaw)
  }

  comment(value: string): void {
    if (this.#sink === undefined) this.#waiting.push((sink) => sink.comment(value))
    else this.#sink.comment(value)
  }

  instruction(target: string, value: string): void {
    if (this.#sink === undefined) this.#waiting.push((sink) => sink.instruction(target, value))
    else this.#sink.instruction(target, value)
  }

  #chosen(method: OutputMethod): ResultSink & { readonly output: string } {
    return this.#sink ?? this.#choose(method)
  }

  #choose(method: OutputMethod): ResultSink & { readonly output: string } {
    const sink = sinkFor(method, this.#definition)
    this.#method = method
    this.#sink = sink
    for (const write of this.#waiting) write(sink)
    return sink
  }
}

function sinkFor(
  method: OutputMethod,
  definition: OutputDefinition,
): ResultSink & { readonly output: string } {
  switch (method) {
    case 'xml':
      return new XmlOutput(definition)
    case 'html':
      return new HtmlOutput(definition)
    case 'text':
      return new TextOutput()
  }
}
