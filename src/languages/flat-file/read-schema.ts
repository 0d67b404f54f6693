import { SourceError } from '../../base/errors.ts'
import { parseXml } from '../xml/parse-xml.ts'
import { attributeNode, namespaceOf, type XmlNode } from '../xml/xml-tree.ts'
import { Annotation, annotationOf, elementsOf, placeOf, type SchemaSource } from './annotations.ts'
import type { FlatFileSchema, FlatNode } from './flat-file-schema.ts'
import { fieldLayout, readDefaults, recordLayout, type Defaults } from './layout.ts'
import { schemaDepthMax, schemaNodesMax } from './limits.ts'

const xs = 'http://www.w3.org/2001/XMLSchema'

/**
 * Reads a schema with the annotations of flat files; what is wrong or not supported is a `SourceError` with its place.
 * https://learn.microsoft.com/biztalk/core/technical-reference/supplemental-node-properties-for-flat-file-schemas
 */
export function readFlatFileSchema(text: string, name = 'schema.xsd'): FlatFileSchema {
  const [schema] = elementsOf(parseXml(text, { uri: name, number: 1 }))
  if (!schema || schema.name.uri !== xs || schema.name.local !== 'schema') {
    throw new SourceError('InvalidFlatFileSchema', 'It is no XML schema.', {
      file: name,
      line: 1,
      column: 1,
    })
  }
  return new SchemaReader(schema, { text, name }).read()
}

class SchemaReader {
  readonly #schema: XmlNode
  readonly #source: SchemaSource
  readonly #namespace: string
  readonly #defaults: Defaults
  #nodes = 0

  constructor(schema: XmlNode, source: SchemaSource) {
    this.#schema = schema
    this.#source = source
    this.#namespace = attribute(schema, 'targetNamespace') ?? ''
    this.#defaults = readDefaults(annotationOf(schema, 'schemaInfo', source))
  }

  read(): FlatFileSchema {
    for (const child of elementsOf(this.#schema)) {
      if (!['annotation', 'element', 'complexType', 'simpleType'].includes(child.name.local))
        throw this.#refuse(child)
    }
    const globals = this.#named('element')
    const wanted = this.#defaults.info.text('root_reference')
    const roots = globals.map((node) => this.#element(node, { isGlobal: true, depth: 0 }))
    const index = globals.findIndex(
      (node) => wanted === undefined || wanted === '' || attribute(node, 'name') === wanted,
    )
    const root = roots[index]
    if (!root)
      throw this.#defaults.info.invalid(`The root element '${wanted ?? ''}' is not declared.`)
    const { hidesEmpty, endsEarly } = this.#defaults
    return { namespace: this.#namespace, roots, root, hidesEmpty, endsEarly }
  }

  #element(node: XmlNode, place: { isGlobal: boolean; depth: number }): FlatNode {
    this.#count(node, place.depth)
    const ref = attribute(node, 'ref')
    const target = ref === undefined ? node : this.#find(node, 'element', ref)
    const isQualified = place.isGlobal || ref !== undefined || this.#isQualified(node, 'element')
    const named = {
      name: attribute(target, 'name') ?? '',
      namespace: isQualified ? this.#namespace : '',
      ...this.#occurs(node),
    }
    const complex = this.#complexType(target)
    if (!complex) return this.#field(target, named, { isAttribute: false })
    const info = annotationOf(target, 'recordInfo', this.#source)
    const children = this.#content(complex, place.depth + 1)
    const sequence = sequenceOf(info)
    const record = { kind: 'record' as const, ...named, sequence, children }
    return { ...record, ...recordLayout(info, children, this.#defaults) }
  }

  #content(type: XmlNode, depth: number): FlatNode[] {
    const children = elementsOf(type).flatMap((child): FlatNode[] => {
      switch (child.name.local) {
        case 'sequence':
        case 'all':
          return this.#group(child, depth, false)
        case 'choice':
          return this.#group(child, depth, true)
        case 'attribute':
          return [this.#attribute(child, depth)]
        case 'annotation':
          return []
        default:
          throw this.#refuse(child)
      }
    })
    if (!children.every(({ sequence }) => sequence !== undefined)) return children
    return children.toSorted((left, right) => (left.sequence ?? 0) - (right.sequence ?? 0))
  }

  /** A group that stands once is as if what is in it stood there itself. */
  #group(node: XmlNode, depth: number, isChoice: boolean): FlatNode[] {
    this.#count(node, depth)
    const children = elementsOf(node).flatMap((child): FlatNode[] => {
      switch (child.name.local) {
        case 'element':
          return [this.#element(child, { isGlobal: false, depth })]
        case 'sequence':
          return this.#group(child, depth + 1, false)
        case 'choice':
          return this.#group(child, depth + 1, true)
        case 'annotation':
          return []
        default:
          throw this.#refuse(child)
      }
    })
    const occurs = this.#occurs(node)
    if (!isChoice && occurs.minOccurs === 1 && occurs.maxOccurs === 1) return children
    const sequence = sequenceOf(annotationOf(node, 'groupInfo', this.#source))
    return [{ kind: 'group', isChoice, children, ...occurs, sequence }]
  }

  #attribute(node: XmlNode, depth: number): FlatNode {
    this.#count(node, depth)
    if (attribute(node, 'ref') !== undefined) throw this.#refuse(node)
    const isQualified = this.#isQualified(node, 'attribute')
    const named = {
      name: attribute(node, 'name') ?? '',
      namespace: isQualified ? this.#namespace : '',
      minOccurs: attribute(node, 'use') === 'required' ? 1 : 0,
      maxOccurs: 1,
    }
    return this.#field(node, named, { isAttribute: true })
  }

  #field(
    node: XmlNode,
    named: { name: string; namespace: string; minOccurs: number; maxOccurs: number },
    { isAttribute }: { isAttribute: boolean },
  ): FlatNode {
    const info = annotationOf(node, 'fieldInfo', this.#source)
    const fallback = attribute(node, 'fixed') ?? attribute(node, 'default')
    const layout = fieldLayout(info, this.#defaults)
    const sequence = sequenceOf(info)
    return { kind: 'field', ...named, sequence, isAttribute, fallback, ...layout }
  }

  #complexType(node: XmlNode): XmlNode | undefined {
    const inline = elementsOf(node).find(({ name }) => name.local === 'complexType')
    if (inline) return inline
    const type = attribute(node, 'type')
    if (type === undefined || this.#uriOf(node, type) === xs) return undefined
    const local = type.split(':').at(-1)
    const own = this.#named('complexType').find((each) => attribute(each, 'name') === local)
    if (own) return own
    this.#find(node, 'simpleType', type)
    return undefined
  }

  #find(node: XmlNode, kind: string, name: string): XmlNode {
    const local = name.split(':').at(-1)
    const found = this.#named(kind).find((each) => attribute(each, 'name') === local)
    if (found) return found
    const message = `'${name}' is not declared in the schema.`
    throw new SourceError('InvalidFlatFileSchema', message, placeOf(node, this.#source))
  }

  #named(local: string): XmlNode[] {
    return elementsOf(this.#schema).filter(({ name }) => name.local === local && name.uri === xs)
  }

  #uriOf(node: XmlNode, name: string): string | undefined {
    return namespaceOf(node, name.includes(':') ? (name.split(':')[0] ?? '') : '')
  }

  #isQualified(node: XmlNode, kind: 'element' | 'attribute'): boolean {
    const form = attribute(node, 'form') ?? attribute(this.#schema, `${kind}FormDefault`)
    return form === 'qualified'
  }

  #occurs(node: XmlNode): { minOccurs: number; maxOccurs: number } {
    const min = attribute(node, 'minOccurs') ?? '1'
    const max = attribute(node, 'maxOccurs') ?? '1'
    if (/^\d{1,9}$/.test(min) && /^(?:\d{1,9}|unbounded)$/.test(max)) {
      const maxOccurs = max === 'unbounded' ? Number.POSITIVE_INFINITY : Number(max)
      return { minOccurs: Number(min), maxOccurs }
    }
    const message = `'minOccurs' and 'maxOccurs' must be whole numbers, not '${min}' and '${max}'.`
    throw new SourceError('InvalidFlatFileSchema', message, placeOf(node, this.#source))
  }

  #count(node: XmlNode, depth: number): void {
    this.#nodes += 1
    if (depth <= schemaDepthMax && this.#nodes <= schemaNodesMax) return
    const message = `The schema has more than ${schemaDepthMax} levels or ${schemaNodesMax} nodes; an element inside itself is not supported.`
    throw new SourceError('UnsupportedFlatFileSchema', message, placeOf(node, this.#source))
  }

  #refuse(node: XmlNode): SourceError {
    const message = `'xs:${node.name.local}' is not supported in a schema of flat files.`
    return new SourceError('UnsupportedFlatFileSchema', message, placeOf(node, this.#source))
  }
}

function attribute(node: XmlNode, local: string): string | undefined {
  return attributeNode(node, local)?.value
}

function sequenceOf(info: Annotation): number | undefined {
  return info.text('sequence_number') === undefined ? undefined : info.count('sequence_number')
}
