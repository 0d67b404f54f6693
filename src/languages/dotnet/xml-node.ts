import { argumentNull } from './exceptions.ts'
import type { DotnetObject } from './value.ts'
import { XName, xmlnsNamespace } from './xml-name.ts'
import { writeXml } from './xml-write.ts'

/** A node of a tree: `XNode`. */
export type XNode =
  | XElement
  | XText
  | XCData
  | XComment
  | XProcessingInstruction
  | XDocument
  | XDocumentType

/** `XContainer`. */
export type XContainer = XElement | XDocument

/** `XText`. */
export class XText implements DotnetObject {
  readonly typeName = 'System.Xml.Linq.XText'
  readonly nodeType = 'Text'
  parent: XContainer | null = null
  value: string

  constructor(value: string | null) {
    if (value === null) throw argumentNull('value')
    this.value = value
  }

  toString(): string {
    return writeXml(this, { indented: true })
  }
}

/** `XCData`. */
export class XCData implements DotnetObject {
  readonly typeName = 'System.Xml.Linq.XCData'
  readonly nodeType = 'CDATA'
  parent: XContainer | null = null
  value: string

  constructor(value: string | null) {
    if (value === null) throw argumentNull('value')
    this.value = value
  }

  toString(): string {
    return writeXml(this, { indented: true })
  }
}

/** `XComment`. */
export class XComment implements DotnetObject {
  readonly typeName = 'System.Xml.Linq.XComment'
  readonly nodeType = 'Comment'
  parent: XContainer | null = null
  value: string

  constructor(value: string | null) {
    if (value === null) throw argumentNull('value')
    this.value = value
  }

  toString(): string {
    return writeXml(this, { indented: true })
  }
}

/** `XProcessingInstruction`. */
export class XProcessingInstruction implements DotnetObject {
  readonly typeName = 'System.Xml.Linq.XProcessingInstruction'
  readonly nodeType = 'ProcessingInstruction'
  parent: XContainer | null = null
  target: string
  /** `Data`. */
  value: string

  constructor(target: string, value: string | null) {
    if (value === null) throw argumentNull('data')
    this.target = target
    this.value = value
  }

  toString(): string {
    return writeXml(this, { indented: true })
  }
}

/** `XDocumentType`. */
export class XDocumentType implements DotnetObject {
  readonly typeName = 'System.Xml.Linq.XDocumentType'
  readonly nodeType = 'DocumentType'
  parent: XContainer | null = null
  readonly name: string
  readonly publicId: string | null
  readonly systemId: string | null
  readonly internalSubset: string | null

  constructor(
    name: string,
    ids: { publicId: string | null; systemId: string | null },
    internalSubset: string | null,
  ) {
    this.name = name
    this.publicId = ids.publicId
    this.systemId = ids.systemId
    this.internalSubset = internalSubset
  }

  toString(): string {
    return writeXml(this, { indented: true })
  }
}

/** `XDeclaration`. */
export class XDeclaration implements DotnetObject {
  readonly typeName = 'System.Xml.Linq.XDeclaration'
  version: string | null
  encoding: string | null
  standalone: string | null

  constructor(version: string | null, encoding: string | null, standalone: string | null) {
    this.version = version
    this.encoding = encoding
    this.standalone = standalone
  }

  toString(): string {
    const encoding = this.encoding === null ? '' : ` encoding="${this.encoding}"`
    const standalone = this.standalone === null ? '' : ` standalone="${this.standalone}"`
    return `<?xml version="${this.version ?? '1.0'}"${encoding}${standalone}?>`
  }
}

/** `XAttribute`. */
export class XAttribute implements DotnetObject {
  readonly typeName = 'System.Xml.Linq.XAttribute'
  readonly nodeType = 'Attribute'
  readonly name: XName
  parent: XElement | null = null
  value: string

  constructor(name: XName, value: string) {
    this.name = name
    this.value = value
  }

  get isNamespaceDeclaration(): boolean {
    const { namespaceName, localName } = this.name
    return namespaceName === xmlnsNamespace || (namespaceName === '' && localName === 'xmlns')
  }

  toString(): string {
    return writeXml(this, { indented: true })
  }
}

/** `XElement`. https://learn.microsoft.com/dotnet/api/system.xml.linq.xelement */
export class XElement implements DotnetObject {
  readonly typeName = 'System.Xml.Linq.XElement'
  readonly nodeType = 'Element'
  parent: XContainer | null = null
  name: XName
  readonly attributes: XAttribute[] = []
  readonly nodes: XNode[] = []
  /** Written as `<a />`: no content was ever given, not even an empty text. */
  isEmpty = true

  constructor(name: XName) {
    this.name = name
  }

  /** The texts of all descendants in order. */
  get value(): string {
    return textOf(this)
  }

  toString(): string {
    return writeXml(this, { indented: true })
  }
}

/** `XDocument`. */
export class XDocument implements DotnetObject {
  readonly typeName = 'System.Xml.Linq.XDocument'
  readonly nodeType = 'Document'
  readonly parent = null
  declaration: XDeclaration | null = null
  readonly nodes: XNode[] = []

  get root(): XElement | null {
    return this.nodes.find((node) => node instanceof XElement) ?? null
  }

  get documentType(): XDocumentType | null {
    return this.nodes.find((node) => node instanceof XDocumentType) ?? null
  }

  toString(): string {
    return writeXml(this, { indented: true })
  }
}

function textOf(element: XElement): string {
  let text = ''
  for (const node of element.nodes) {
    if (node instanceof XText || node instanceof XCData) text += node.value
    else if (node instanceof XElement) text += textOf(node)
  }
  return text
}

/** True for any node, attributes excluded. */
export function isXNode(value: unknown): value is XNode {
  return (
    value instanceof XElement ||
    value instanceof XText ||
    value instanceof XCData ||
    value instanceof XComment ||
    value instanceof XProcessingInstruction ||
    value instanceof XDocument ||
    value instanceof XDocumentType
  )
}
