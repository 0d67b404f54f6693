import type { JsonObject, JsonValue } from '../../base/json.ts'
import { xmlnsNamespace } from '../xml/xml-name.ts'
import { decodeXmlName } from './xml-convert.ts'
import {
  loadXml,
  type DocumentAttribute,
  type DocumentDeclaration,
  type DocumentElement,
  type DocumentNode,
  type DocumentType,
} from './xml-document.ts'

/** The namespace whose attribute `Array` makes one element an array of one. */
const jsonNamespace = 'http://james.newtonking.com/projects/json'

/**
 * XML as JSON, by the rules of `JsonConvert.SerializeXmlNode`: attributes are `@name`, repeated names become arrays in
 * the place of the first, an element of text alone becomes that text, `<a/>` null and `<a></a>` an empty text.
 * https://www.newtonsoft.com/json/help/html/ConvertingJSONandXML.htm
 */
export function xmlToJson(text: string): JsonObject {
  return Object.fromEntries(groupedMembers(loadXml(text)))
}

type Member = [name: string, value: JsonValue]

// A comment is written as a comment of JSON, which nobody reads; among several they leave an empty array.
function groupedMembers(nodes: readonly DocumentNode[]): Member[] {
  const groups = new Map<string, DocumentNode[]>()
  for (const node of nodes) {
    const name = memberName(node)
    const group = groups.get(name)
    if (group) group.push(node)
    else groups.set(name, [node])
  }
  const members: Member[] = []
  for (const [name, group] of groups) {
    const [first] = group
    if (first === undefined) continue
    if (group.length > 1 || isArray(first)) members.push([name, valuesOf(group)])
    else if (first.kind !== 'comment') members.push([name, valueOf(first)])
  }
  return members
}

function valuesOf(nodes: readonly DocumentNode[]): JsonValue[] {
  return nodes.filter(({ kind }) => kind !== 'comment').map(valueOf)
}

function memberName(node: DocumentNode): string {
  switch (node.kind) {
    case 'element':
      return node.uri === jsonNamespace ? `$${localPart(node.name)}` : decodeXmlName(node.name)
    case 'text':
      return '#text'
    case 'cdata':
      return '#cdata-section'
    case 'comment':
      return '#comment'
    case 'blanks':
      return '#significant-whitespace'
    case 'instruction':
      return `?${decodeXmlName(node.target)}`
    case 'declaration':
      return '?xml'
    case 'type':
      return '!DOCTYPE'
  }
}

function localPart(name: string): string {
  return decodeXmlName(name.slice(name.indexOf(':') + 1))
}

function valueOf(node: DocumentNode): JsonValue {
  switch (node.kind) {
    case 'element':
      return elementValue(node)
    case 'declaration':
      return declarationValue(node)
    case 'type':
      return documentTypeValue(node)
    case 'text':
    case 'cdata':
    case 'comment':
    case 'blanks':
    case 'instruction':
      return node.value
  }
}

function elementValue(element: DocumentElement): JsonValue {
  const { attributes, children, isEmpty } = element
  const [only] = children
  const counted = attributes.filter((attribute) => !isOfJson(attribute))
  if (counted.length === 0 && children.length === 1 && only?.kind === 'text') return only.value
  if (attributes.length === 0 && children.length === 0) return isEmpty ? null : ''
  if (isArray(element) && only && isNested(element)) {
    return children.length > 1 || isArray(only) ? valuesOf(children) : valueOf(only)
  }
  return Object.fromEntries([...counted.map(attributeMember), ...groupedMembers(children)])
}

/** True where all children have the element's own name: items of an array inside an array. */
function isNested({ name, children }: DocumentElement): boolean {
  return children.every(
    (child) => child.kind === 'element' && localPart(child.name) === localPart(name),
  )
}

/** True for what is said to Newtonsoft and not to the reader: `json:Array`, and the declaration of its prefix. */
function isOfJson({ uri, value, name }: DocumentAttribute): boolean {
  if (uri === jsonNamespace) return localPart(name) === 'Array'
  return uri === xmlnsNamespace && value === jsonNamespace
}

function isArray(node: DocumentNode): boolean {
  if (node.kind !== 'element') return false
  return node.attributes.some(
    ({ uri, name, value }) =>
      uri === jsonNamespace && localPart(name) === 'Array' && /^(?:true|1)$/i.test(value.trim()),
  )
}

function attributeMember({ name, uri, value }: DocumentAttribute): Member {
  return [uri === jsonNamespace ? `$${localPart(name)}` : `@${decodeXmlName(name)}`, value]
}

function declarationValue({ version, encoding, standalone }: DocumentDeclaration): JsonValue {
  return presentMembers([
    ['@version', version],
    ['@encoding', encoding ?? ''],
    ['@standalone', standalone ?? ''],
  ])
}

function documentTypeValue(type: DocumentType): JsonValue {
  return presentMembers([
    ['@name', type.name],
    ['@public', type.publicId],
    ['@system', type.systemId],
    ['@internalSubset', type.internalSubset],
  ])
}

function presentMembers(members: readonly (readonly [string, string])[]): JsonObject {
  return Object.fromEntries(members.filter(([, value]) => value !== ''))
}
