import { XmlWriter, type WrittenElement } from '../xml/xml-writer.ts'
import { OutputDefinition } from './output-definition.ts'
import type { ResultSink } from './result-sink.ts'

/** Writes a result as XML. https://www.w3.org/TR/xslt-10/#section-XML-Output-Method */
export class XmlOutput implements ResultSink {
  readonly #writer: XmlWriter
  readonly #definition: OutputDefinition
  readonly #cdata: boolean[] = []
  #section = ''
  #hasRoot = false

  /** Without a definition only the nodes are written: for messages. */
  constructor(definition?: OutputDefinition) {
    this.#definition = definition ?? new OutputDefinition()
    this.#writer = new XmlWriter({
      indents: this.#definition.isTrue('indent'),
      highest: this.#definition.highestCharacter,
    })
    if (definition !== undefined && !definition.isTrue('omit-xml-declaration'))
      this.#declare(definition)
  }

  get output(): string {
    this.#endSection()
    return this.#writer.output
  }

  startElement(element: WrittenElement): void {
    this.#endSection()
    if (!this.#hasRoot) this.#writeDocumentType(element)
    this.#writer.startElement(element)
    this.#cdata.push(this.#definition.isCdata(element.name))
  }

  endElement(): void {
    this.#endSection()
    this.#writer.endElement()
    this.#cdata.pop()
  }

  text(value: string, isRaw: boolean): void {
    if (isRaw) {
      this.#endSection()
      this.#writer.raw(value)
    } else if (this.#cdata.at(-1) === true) this.#section += value
    else this.#writer.text(value)
  }

  comment(value: string): void {
    this.#endSection()
    this.#writer.comment(value)
  }

  instruction(target: string, value: string): void {
    this.#endSection()
    this.#writer.instruction(target, value)
  }

  #endSection(): void {
    if (this.#section === '') return
    this.#writer.cdata(this.#section)
    this.#section = ''
  }

  #declare(definition: OutputDefinition): void {
    const standalone = definition.get('standalone')
    this.#writer.declaration(
      `<?xml version="1.0" encoding="${definition.encoding}"` +
        `${standalone === undefined ? '' : ` standalone="${standalone}"`}?>`,
    )
  }

  #writeDocumentType({ name }: WrittenElement): void {
    this.#hasRoot = true
    const system = this.#definition.get('doctype-system')
    if (system === undefined) return
    const publicId = this.#definition.get('doctype-public')
    const tag = name.prefix === '' ? name.local : `${name.prefix}:${name.local}`
    const ids = publicId === undefined ? `SYSTEM "${system}"` : `PUBLIC "${publicId}" "${system}"`
    this.#writer.declaration(`<!DOCTYPE ${tag} ${ids}>`)
  }
}
