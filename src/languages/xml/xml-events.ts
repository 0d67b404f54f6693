import { SourceError } from '../../base/errors.ts'
import type { XmlName } from './xml-name.ts'

/** An attribute as it stands in a tag; declarations of namespaces are among them. */
export interface ReadAttribute {
  readonly name: XmlName
  readonly value: string
  /** Where its value starts. */
  readonly offset: number
}

/** A start tag. */
export interface ReadElement {
  readonly name: XmlName
  readonly attributes: readonly ReadAttribute[]
  /** Written as `<a/>`: its end follows at once. */
  readonly isEmpty: boolean
  readonly offset: number
}

/** A document type declaration, as written and as understood. */
export interface ReadDocumentType {
  readonly name: string
  readonly publicId: string | null
  readonly systemId: string | null
  readonly internalSubset: string | null
  /** Attributes of type ID: `element attribute`. */
  readonly idAttributes: ReadonlySet<string>
  readonly unparsedEntities: ReadonlyMap<string, string>
}

/** The declaration `<?xml ...?>`. */
export interface ReadDeclaration {
  readonly version: string
  readonly encoding: string | null
  readonly standalone: string | null
}

/** What receives a document while it is read, in its order. A text may come in several pieces. */
export interface XmlEvents {
  declaration(declaration: ReadDeclaration): void
  documentType(documentType: ReadDocumentType): void
  startElement(element: ReadElement): void
  endElement(): void
  /** `isReference`: it stands as `&...;` in the document. */
  text(value: string, offset: number, isReference: boolean): void
  cdata(value: string, offset: number): void
  comment(value: string, offset: number): void
  instruction(target: string, value: string, offset: number): void
}

/** Makes the error of a document that is no XML. */
export type XmlFault = (
  message: string,
  position: { readonly line: number; readonly column: number },
) => Error

/** The error of a document whose reader has none of its own. */
export function documentFault(
  message: string,
  position: { readonly line: number; readonly column: number },
): Error {
  return new SourceError('InvalidXml', message, position)
}
