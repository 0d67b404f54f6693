import { parseXml } from '../../languages/xml/parse-xml.ts'
import type { XmlNode } from '../../languages/xml/xml-tree.ts'

/** An element of an XML schema with what flat files say of it. */
export interface SchemaElement {
  readonly name: string
  /** Empty for a local element that is not qualified. */
  readonly namespace: string
  readonly minOccurs: number
  readonly maxOccurs: number
  readonly type: 'text' | 'integer' | 'number' | 'boolean' | 'complex'
  readonly children: readonly SchemaElement[]
  readonly attributes: readonly { readonly name: string; readonly type: SchemaElement['type'] }[]
  /** The attributes of `b:recordInfo` or `b:fieldInfo`. */
  readonly flat: ReadonlyMap<string, string>
}

export interface XmlSchema {
  readonly namespace: string
  readonly roots: readonly SchemaElement[]
  /** The attributes of `b:schemaInfo`. */
  readonly flat: ReadonlyMap<string, string>
}

/** A schema that says what is not supported here. */
export class SchemaNotSupported extends Error {
  override readonly name = 'SchemaNotSupported'
}

const xs = 'http://www.w3.org/2001/XMLSchema'
const biztalk = 'http://schemas.microsoft.com/BizTalk/2003'
const depthMax = 32

const simpleTypes: Readonly<Record<string, SchemaElement['type']>> = {
  boolean: 'boolean',
  decimal: 'number',
  double: 'number',
  float: 'number',
  integer: 'integer',
  int: 'integer',
  long: 'integer',
  short: 'integer',
  byte: 'integer',
  nonNegativeInteger: 'integer',
  positiveInteger: 'integer',
  unsignedInt: 'integer',
  unsignedLong: 'integer',
  unsignedShort: 'integer',
  unsignedByte: 'integer',
}

/** Reads the elements of a schema document. */
export function readXmlSchema(text: string): XmlSchema {
  const [schema] = parseXml(text).children.filter(({ kind }) => kind === 'element')
  if (!schema || !isNamed(schema, xs, 'schema'))
    throw new SchemaNotSupported('It is no XML schema.')
  return new SchemaReader(schema).read()
}

class SchemaReader {
  readonly #schema: XmlNode
  readonly #namespace: string
  readonly #isQualified: boolean

  constructor(schema: XmlNode) {
    this.#schema = schema
    this.#namespace = attribute(schema, 'targetNamespace') ?? ''
    this.#isQualified = attribute(schema, 'elementFormDefault') === 'qualified'
  }

  read(): XmlSchema {
    for (const child of elements(this.#schema)) {
      if (['include', 'import', 'redefine'].includes(child.name.local)) {
        throw new SchemaNotSupported(`'xs:${child.name.local}' is not supported.`)
      }
    }
    const roots = this.#named('element').map((node) =>
      this.#element(node, { isGlobal: true, depth: 0 }),
    )
    return { namespace: this.#namespace, roots, flat: annotation(this.#schema, 'schemaInfo') }
  }

  #named(local: string): XmlNode[] {
    return elements(this.#schema).filter((node) => isNamed(node, xs, local))
  }

  #element(node: XmlNode, place: { isGlobal: boolean; depth: number }): SchemaElement {
    if (place.depth > depthMax)
      throw new SchemaNotSupported('Elements inside themselves are not supported.')
    const ref = attribute(node, 'ref')
    const target = ref === undefined ? node : this.#find('element', ref)
    const occurs = {
      minOccurs: count(attribute(node, 'minOccurs')),
      maxOccurs: count(attribute(node, 'maxOccurs')),
    }
    const isQualified = place.isGlobal || ref !== undefined || this.#isQualified
    const shape = this.#shape(target, place.depth)
    const record = annotation(target, 'recordInfo')
    return {
      name: attribute(target, 'name') ?? '',
      namespace: isQualified ? this.#namespace : '',
      ...occurs,
      ...shape,
      flat: record.size > 0 ? record : annotation(target, 'fieldInfo'),
    }
  }

  #shape(node: XmlNode, depth: number): Pick<SchemaElement, 'type' | 'children' | 'attributes'> {
    const inline = elements(node).find(({ name }) => name.local === 'complexType')
    const typeName = attribute(node, 'type')
    const local = typeName?.split(':').at(-1) ?? ''
    const named =
      typeName === undefined
        ? undefined
        : this.#named('complexType').find((each) => attribute(each, 'name') === local)
    const complex = inline ?? named
    if (complex) {
      return {
        type: 'complex',
        children: this.#particles(complex, depth + 1),
        attributes: elements(complex)
          .filter(({ name }) => name.local === 'attribute')
          .map((each) => ({
            name: attribute(each, 'name') ?? '',
            type: this.#simple(attribute(each, 'type') ?? 'string'),
          })),
      }
    }
    const simple = elements(node).find(({ name }) => name.local === 'simpleType')
    return {
      type: simple ? this.#restriction(simple) : this.#simple(typeName ?? 'string'),
      children: [],
      attributes: [],
    }
  }

  #particles(node: XmlNode, depth: number): SchemaElement[] {
    return elements(node).flatMap((child) => {
      switch (child.name.local) {
        case 'element':
          return [this.#element(child, { isGlobal: false, depth })]
        case 'sequence':
        case 'choice':
        case 'all':
          return this.#group(child, depth)
        case 'annotation':
        case 'attribute':
          return []
        default:
          throw new SchemaNotSupported(`'xs:${child.name.local}' is not supported.`)
      }
    })
  }

  /** What is in a group, as if it stood outside: of a choice, and of a group that may be missing, nothing has to come. */
  #group(node: XmlNode, depth: number): SchemaElement[] {
    const min = count(attribute(node, 'minOccurs'))
    const max = count(attribute(node, 'maxOccurs'))
    const isChoice = node.name.local === 'choice'
    const children = this.#particles(node, depth)
    if (max > 1 && children.length > 1)
      throw new SchemaNotSupported(`'xs:${node.name.local}' with 'maxOccurs' is not supported.`)
    return children.map((child) => ({
      ...child,
      minOccurs: isChoice || min === 0 ? 0 : child.minOccurs,
      maxOccurs: max > 1 ? Number.POSITIVE_INFINITY : child.maxOccurs,
    }))
  }

  #simple(typeName: string): SchemaElement['type'] {
    const local = typeName.split(':').at(-1) ?? ''
    const own = this.#named('simpleType').find((node) => attribute(node, 'name') === local)
    return own ? this.#restriction(own) : (simpleTypes[local] ?? 'text')
  }

  #restriction(simple: XmlNode): SchemaElement['type'] {
    const restriction = elements(simple).find(({ name }) => name.local === 'restriction')
    const base = restriction && attribute(restriction, 'base')
    return base === undefined ? 'text' : (simpleTypes[base.split(':').at(-1) ?? ''] ?? 'text')
  }

  #find(kind: string, name: string): XmlNode {
    const local = name.split(':').at(-1)
    const found = this.#named(kind).find((node) => attribute(node, 'name') === local)
    if (!found) throw new SchemaNotSupported(`The element '${name}' is not in the schema.`)
    return found
  }
}

function annotation(node: XmlNode, local: string): ReadonlyMap<string, string> {
  const found = elements(node)
    .filter(({ name }) => name.local === 'annotation')
    .flatMap(elements)
    .flatMap(elements)
    .find((each) => isNamed(each, biztalk, local))
  return new Map(found?.attributes.map(({ name, value }) => [name.local, value]))
}

/** The elements directly inside a node. */
export function elements(node: XmlNode): XmlNode[] {
  return node.children.filter(({ kind }) => kind === 'element')
}

function attribute(node: XmlNode, local: string): string | undefined {
  return node.attributes.find(({ name }) => name.local === local && name.uri === '')?.value
}

function isNamed(node: XmlNode, uri: string, local: string): boolean {
  return node.name.uri === uri && node.name.local === local
}

function count(text: string | undefined): number {
  if (text === undefined) return 1
  return text === 'unbounded' ? Number.POSITIVE_INFINITY : Number(text)
}
