import { TreeBuilder } from '../xml/tree-builder.ts'
import type { WrittenElement } from '../xml/xml-writer.ts'
import type { XmlNode } from '../xml/xml-tree.ts'
import type { ResultSink } from './result-sink.ts'

/** Builds a result tree fragment. https://www.w3.org/TR/xslt-10/#section-Result-Tree-Fragments */
export class TreeSink implements ResultSink {
  readonly #builder: TreeBuilder

  constructor(options: { uri: string; number: number }) {
    this.#builder = new TreeBuilder(options)
  }

  /** The root of the finished fragment. */
  end(): XmlNode {
    return this.#builder.end().root
  }

  startElement({ name, attributes, declarations }: WrittenElement): void {
    this.#builder.startElement(name, attributes, declarations)
  }

  endElement(): void {
    this.#builder.endElement()
  }

  text(value: string): void {
    this.#builder.text(value)
  }

  comment(value: string): void {
    this.#builder.comment(value)
  }

  instruction(target: string, value: string): void {
    this.#builder.instruction(target, value)
  }
}
