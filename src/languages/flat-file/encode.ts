import { parseXml } from '../xml/parse-xml.ts'
import { attributeNode, stringValue, type XmlNode } from '../xml/xml-tree.ts'
import { delimitedText, positionalText } from './field-text.ts'
import { FlatFileError } from './flat-file-error.ts'
import type { FlatField, FlatFileSchema, FlatNode, FlatRecord } from './flat-file-schema.ts'
import { outputLengthMax } from './limits.ts'

/**
 * Turns the XML of a schema into a flat file. What does not fit is a `FlatFileError`, text that is no XML a `SourceError`.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-flatfile
 */
export function encodeFlatFile(xml: string, schema: FlatFileSchema): string {
  const [document] = elementsOf(parseXml(xml))
  const root = document && schema.roots.find((each) => isNamed(document, each))
  if (!document || !root || root.kind === 'group') throw unknownElement(document)
  const text = root.kind === 'field' ? stringValue(document) : encodeRecord(root, document, []).text
  if (text.length <= outputLengthMax) return text
  throw new FlatFileError(`The flat file is longer than ${outputLengthMax} characters.`, {
    definition: root.name,
  })
}

/** What one child gives for its place in a record. */
interface Piece {
  readonly text: string
  readonly isEmpty: boolean
  readonly isMissing: boolean
  /** A record that its tag would announce although it is empty. */
  readonly isTagged: boolean
}

/** One record while it is written. */
interface Scope {
  readonly record: FlatRecord
  readonly node: XmlNode
  readonly elements: readonly XmlNode[]
  readonly delimiters: readonly string[]
  readonly pieces: Piece[]
  next: number
}

function encodeRecord(record: FlatRecord, node: XmlNode, outer: readonly string[]): Piece {
  const { structure, delimiter } = record
  const own = structure === 'delimited' ? [delimiter, record.repeating] : []
  const delimiters = [...own.filter((each) => each !== ''), ...outer]
  const scope: Scope = { record, node, elements: elementsOf(node), delimiters, pieces: [], next: 0 }
  encodeChildren(record.children, scope)
  const other = scope.elements[scope.next]
  if (other) throw unknownElement(other)
  const isEmpty = scope.pieces.every((piece) => piece.isEmpty)
  const text = structure === 'positional' ? positional(scope) : delimited(scope)
  return { text, isEmpty, isMissing: false, isTagged: record.tag !== '' }
}

function encodeChildren(children: readonly FlatNode[], scope: Scope): void {
  for (const [index, child] of children.entries()) {
    const following = children[index + 1]
    if (child.kind === 'field' && child.isAttribute) encodeAttribute(child, scope)
    else encodeElements(child, scope, following)
  }
}

function encodeAttribute(field: FlatField, scope: Scope): void {
  const found = attributeNode(scope.node, field.name, field.namespace)
  if (!found && field.minOccurs > 0) throw missing(field.name, scope)
  scope.pieces.push(fieldPiece(field, found?.value, scope))
}

function encodeElements(child: FlatNode, scope: Scope, following: FlatNode | undefined): void {
  let count = 0
  const first = scope.pieces.length
  while (count < child.maxOccurs) {
    const element = scope.elements[scope.next]
    if (!element || !begins(child, element)) break
    const before = scope.next
    encodeElement(child, element, scope)
    if (scope.next === before) break
    count += 1
  }
  const { repeating } = scope.record
  if (count > 1 && repeating !== '' && child.kind !== 'group') {
    const repeated = scope.pieces.splice(first)
    const text = repeated.map((piece) => piece.text).join(repeating)
    scope.pieces.push({ text, isEmpty: false, isMissing: false, isTagged: false })
  }
  if (count < child.minOccurs && !isOptionalGroup(child)) throw missing(nameOf(child), scope)
  // A field that is not there keeps its place, unless a record comes next.
  if (count === 0 && child.kind === 'field' && following?.kind !== 'record')
    scope.pieces.push(fieldPiece(child, undefined, scope))
}

function encodeElement(child: FlatNode, element: XmlNode, scope: Scope): void {
  if (child.kind === 'group') {
    const chosen = child.children.find((each) => begins(each, element))
    if (!child.isChoice) encodeChildren(child.children, scope)
    else if (chosen) encodeElements(chosen, scope, undefined)
    return
  }
  scope.next += 1
  if (child.kind === 'record') scope.pieces.push(encodeRecord(child, element, scope.delimiters))
  else scope.pieces.push(fieldPiece(child, stringValue(element), scope))
}

function begins(node: FlatNode, element: XmlNode): boolean {
  if (node.kind !== 'group') return isNamed(element, node)
  for (const child of node.children) {
    if (begins(child, element)) return true
    if (!node.isChoice && child.minOccurs > 0) return false
  }
  return false
}

function isOptionalGroup(node: FlatNode): boolean {
  return node.kind === 'group' && node.children.every(({ minOccurs }) => minOccurs === 0)
}

function fieldPiece(field: FlatField, found: string | undefined, scope: Scope): Piece {
  const value = found === undefined || found === '' ? (field.fallback ?? '') : found
  const { record, delimiters } = scope
  const text =
    record.structure === 'positional'
      ? positionalText(value, field)
      : delimitedText(value, field, { record, delimiters })
  return { text, isEmpty: value === '', isMissing: found === undefined, isTagged: false }
}

function positional({ record, pieces }: Scope): string {
  const { tag, tagOffset, offset } = record
  const body = pieces.map(({ text }) => text).join('')
  const before = ' '.repeat(offset)
  if (tag === '' || tagOffset === undefined) return before + tag + body
  // The tag lies over the fields: what they have there must be the tag, or nothing.
  const filled = body.padEnd(tagOffset + tag.length, ' ')
  const there = filled.slice(tagOffset, tagOffset + tag.length)
  if (there !== tag && there.trim() !== '')
    throw new FlatFileError(
      `The record '${record.name}' has '${there}' in the place of its tag '${tag}'.`,
      {
        definition: record.name,
      },
    )
  return before + filled.slice(0, tagOffset) + tag + filled.slice(tagOffset + tag.length)
}

function delimited({ record, pieces }: Scope): string {
  const { tag, delimiter, order, keepsEmptyDelimiters, dropsTrailingDelimiters } = record
  const kept = pieces.filter(
    ({ isEmpty, isMissing, isTagged }) =>
      !isEmpty || isMissing || (keepsEmptyDelimiters && !isTagged),
  )
  while (dropsTrailingDelimiters && kept.at(-1)?.isEmpty) kept.pop()
  const texts = kept.map(({ text }) => text)
  if (order === 'prefix') return tag + texts.map((text) => delimiter + text).join('')
  if (order === 'postfix') return tag + texts.map((text) => text + delimiter).join('')
  return tag + texts.join(delimiter)
}

function isNamed({ name }: XmlNode, node: FlatNode): boolean {
  return node.kind !== 'group' && name.local === node.name && name.uri === node.namespace
}

function nameOf(node: FlatNode): string {
  if (node.kind !== 'group') return node.name
  return node.children.map(nameOf).join(node.isChoice ? ' or ' : ', ')
}

function elementsOf(node: XmlNode): XmlNode[] {
  return node.children.filter(({ kind }) => kind === 'element')
}

function unknownElement(element: XmlNode | undefined): FlatFileError {
  const { local = '', uri = '' } = element?.name ?? {}
  const name = uri === '' ? local : `${uri}#${local}`
  return new FlatFileError(`Cannot find definition for the input: ${name}.`, { definition: local })
}

function missing(name: string, { record }: Scope): FlatFileError {
  return new FlatFileError(`The element or attribute '${name}' of '${record.name}' is missing.`, {
    definition: name,
  })
}
