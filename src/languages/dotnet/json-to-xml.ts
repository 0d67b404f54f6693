import { xmlNamespace, xmlnsNamespace } from '../xml/xml-name.ts'
import { DotnetException } from './exceptions.ts'
import { encodeXmlName } from './xml-convert.ts'
import { outerXml, type DocumentElement, type DocumentNode } from './xml-document.ts'

/** What the values of a tree are: plain objects and arrays have members, anything else is a text or null. */
export interface JsonToXmlOptions {
  /** The text of a value that is neither object nor array; null for null. */
  readonly textOf: (value: unknown) => string | null
}

/**
 * JSON as XML, by the rules of `JsonConvert.DeserializeXmlNode`: `@name` is an attribute, `#text` text, arrays are
 * repeated elements, null an empty element; an object without members is an empty document.
 * https://www.newtonsoft.com/json/help/html/ConvertingJSONandXML.htm
 */
export function jsonToXml(value: object, options: JsonToXmlOptions): string {
  const nodes = new XmlBuilder(options).document(value)
  return outerXml(nodes)
}

type Prefixes = ReadonlyMap<string, string>

const firstPrefixes: Prefixes = new Map([
  ['xml', xmlNamespace],
  ['xmlns', xmlnsNamespace],
])

/** An element that is being filled. */
interface Parent {
  readonly element: DocumentElement | undefined
  readonly children: DocumentNode[]
  readonly prefixes: Prefixes
}

function fault(message: string): DotnetException {
  return new DotnetException('Newtonsoft.Json.JsonSerializationException', message)
}

function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

class XmlBuilder {
  readonly #textOf: JsonToXmlOptions['textOf']

  constructor({ textOf }: JsonToXmlOptions) {
    this.#textOf = textOf
  }

  document(value: object): DocumentNode[] {
    const parent: Parent = { element: undefined, children: [], prefixes: firstPrefixes }
    for (const [name, member] of Object.entries(value)) this.#member(parent, name, member)
    return parent.children
  }

  #member(parent: Parent, name: string, value: unknown): void {
    if (!parent.element && parent.children.some(({ kind }) => kind === 'element')) {
      throw fault(
        "JSON root object has multiple properties. The root object must have a single property in order to create a valid XML document. Consider specifying a DeserializeRootElementName. Path ''.",
      )
    }
    if (Array.isArray(value)) for (const item of value) this.#value(parent, name, item)
    else this.#value(parent, name, value)
  }

  #value(parent: Parent, name: string, value: unknown): void {
    switch (name) {
      case '#text':
        return this.#text(parent, 'text', value)
      case '#cdata-section':
        return this.#text(parent, 'cdata', value)
      case '#whitespace':
      case '#significant-whitespace':
        return this.#text(parent, 'blanks', value)
      case '!DOCTYPE':
        return this.#documentType(parent, value)
      default:
        if (name.startsWith('?')) return this.#instruction(parent, name.slice(1), value)
        if (name.startsWith('@')) return this.#attribute(parent, name.slice(1), value)
        return this.#element(parent, name, value)
    }
  }

  #text(parent: Parent, kind: 'text' | 'cdata' | 'blanks', value: unknown): void {
    if (!parent.element) {
      throw fault(
        "JSON root object has a property that will be converted to text. The root object must have a single property in order to create a valid XML document. Path ''.",
      )
    }
    const text = this.#primitive(value)
    if (text === null) return
    if (kind === 'cdata' && text.includes(']]>')) {
      throw fault("Cannot have ']]>' inside an XML CDATA block.")
    }
    parent.children.push({ kind, value: text })
  }

  #primitive(value: unknown): string | null {
    if (!isContainer(value)) return this.#textOf(value)
    const token = Array.isArray(value) ? 'StartArray' : 'StartObject'
    throw fault(`Cannot get an XML string value from token type '${token}'. Path ''.`)
  }

  #documentType(parent: Parent, value: unknown): void {
    const members = membersOf(value)
    const text = (name: string): string => this.#primitive(members.get(name) ?? null) ?? ''
    parent.children.push({
      kind: 'type',
      name: text('@name'),
      publicId: text('@public'),
      systemId: text('@system'),
      internalSubset: text('@internalSubset'),
    })
  }

  #instruction(parent: Parent, target: string, value: unknown): void {
    if (target !== 'xml') {
      parent.children.push({ kind: 'instruction', target, value: this.#primitive(value) ?? '' })
      return
    }
    const members = membersOf(value)
    const text = (name: string): string | null => this.#primitive(members.get(name) ?? null)
    parent.children.push({
      kind: 'declaration',
      version: text('@version') ?? '1.0',
      encoding: text('@encoding'),
      standalone: text('@standalone'),
    })
  }

  #attribute({ element, prefixes }: Parent, name: string, value: unknown): void {
    if (!element) {
      throw fault(
        `JSON root object has property '@${name}' that will be converted to an attribute. A root object cannot have any attribute properties. Consider specifying a DeserializeRootElementName. Path ''.`,
      )
    }
    const written = writtenName(name, prefixes, 'attribute')
    const attribute = { name: written, uri: '', value: this.#primitive(value) ?? '' }
    const index = element.attributes.findIndex((other) => other.name === written)
    if (index < 0) element.attributes.push(attribute)
    else element.attributes[index] = attribute
  }

  #element(parent: Parent, name: string, value: unknown): void {
    if (name === '') {
      throw fault(
        "XmlNodeConverter cannot convert JSON with an empty property name to XML. Path ''.",
      )
    }
    const prefixes = this.#prefixesIn(value, parent.prefixes)
    const element: DocumentElement = {
      kind: 'element',
      name: writtenName(name, prefixes, 'element'),
      uri: '',
      attributes: [],
      children: [],
      isEmpty: true,
    }
    parent.children.push(element)
    const own = { element, children: element.children, prefixes }
    // An array in an array is an element that holds the items, all of one name.
    if (Array.isArray(value)) for (const item of value) this.#value(own, name, item)
    else if (isContainer(value)) {
      for (const [key, member] of Object.entries(value)) this.#member(own, key, member)
    } else this.#text(own, 'text', value)
  }

  #prefixesIn(value: unknown, outer: Prefixes): Prefixes {
    if (!isContainer(value) || Array.isArray(value)) return outer
    const declared = Object.entries(value).flatMap(([name, uri]) => {
      const prefix = /^@xmlns:(.+)$/.exec(name)?.[1]
      return prefix === undefined ? [] : [[prefix, this.#primitive(uri) ?? ''] as const]
    })
    return declared.length === 0 ? outer : new Map([...outer, ...declared])
  }
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(isContainer(value) && !Array.isArray(value) ? Object.entries(value) : [])
}

// A prefix that nothing declares is left out, as the writer of .NET does it.
function writtenName(name: string, prefixes: Prefixes, kind: 'element' | 'attribute'): string {
  const encoded = encodeXmlName(name)
  const colon = encoded.indexOf(':')
  if (colon <= 0) return encoded
  const prefix = encoded.slice(0, colon)
  if (kind === 'attribute' && prefix === 'xmlns') return encoded
  return prefixes.has(prefix) ? encoded : encoded.slice(colon + 1)
}
