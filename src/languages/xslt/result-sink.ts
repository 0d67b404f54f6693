import type { XmlName } from '../xml/xml-name.ts'
import type { WrittenElement } from '../xml/xml-writer.ts'

/** What takes a result in document order. */
export interface ResultSink {
  startElement(element: WrittenElement): void
  endElement(): void
  /** `isRaw`: written as it is, by `disable-output-escaping`. */
  text(value: string, isRaw: boolean): void
  comment(value: string): void
  instruction(target: string, value: string): void
}

/** An attribute that is still open to be replaced. */
export interface PendingAttribute {
  name: XmlName
  value: string
}
