import { FlatFileError, unexpectedText } from './flat-file-error.ts'
import type { FlatField, FlatFileSchema, FlatNode, FlatRecord } from './flat-file-schema.ts'
import { stripPadding } from './field-text.ts'
import { flatFileLengthMax, stepsMin, stepsPerCharacterMax } from './limits.ts'
import { Finder, Terminators } from './terminators.ts'
import { attributeXml, fieldXml, XmlText } from './xml-text.ts'

/**
 * Turns a flat file into the XML of its schema. What does not fit is a `FlatFileError` with its place.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-flatfile
 */
export function decodeFlatFile(input: string, schema: FlatFileSchema): string {
  const text = input.replace(/^\uFEFF/, '')
  if (text.length > flatFileLengthMax)
    throw new FlatFileError(`The flat file is longer than ${flatFileLengthMax} characters.`, {
      definition: '',
    })
  return new Decoder(text, schema).decode()
}

/** What was looked for and not found; whoever looks for something optional goes on without it. */
class Mismatch extends Error {
  readonly at: number
  readonly wanted: string
  readonly definition: string

  constructor(at: number, wanted: string, definition: string) {
    super('mismatch')
    this.at = at
    this.wanted = wanted
    this.definition = definition
  }
}

/** One record while it is read. */
interface Scope {
  readonly record: FlatRecord
  /** The delimiters of the records around it, and with its own. */
  readonly outer: Terminators
  readonly ends: Terminators
  readonly attributes: string[]
  /** What comes behind the record where its own delimiter is also one around it. */
  readonly following: readonly FlatNode[]
  /** What comes in the record behind the node that is read. */
  later: readonly FlatNode[]
  isFirst: boolean
}

interface Mark {
  readonly at: number
  readonly xml: number
  readonly attributes: number
  readonly isFirst: boolean
}

class Decoder {
  readonly #text: string
  readonly #schema: FlatFileSchema
  readonly #finder: Finder
  readonly #xml = new XmlText()
  readonly #stepsMax: number
  readonly #later = new Map<readonly FlatNode[], readonly (readonly FlatNode[])[]>()
  #at = 0
  #steps = 0
  #furthest: Mismatch | undefined

  constructor(text: string, schema: FlatFileSchema) {
    this.#text = text
    this.#schema = schema
    this.#finder = new Finder(text)
    this.#stepsMax = Math.max(stepsMin, text.length * stepsPerCharacterMax)
  }

  decode(): string {
    const { root } = this.#schema
    this.#xml.add('<?xml version="1.0" encoding="utf-8"?>')
    try {
      if (root.kind === 'record') this.#record(root, undefined)
      else if (root.kind === 'field') this.#xml.add(fieldXml(root, this.#rest(), ''))
      if (this.#at < this.#text.length) throw new Mismatch(this.#at, '', nameOf(root))
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error
      const told = this.#furthest && this.#furthest.at > error.at ? this.#furthest : error
      throw unexpectedText(this.#text, told)
    }
    return this.#xml.toString()
  }

  #rest(): string {
    this.#at = this.#text.length
    return this.#text
  }

  #record(record: FlatRecord, around: Scope | undefined): void {
    const outer = around?.ends ?? noTerminators
    const { tag, tagOffset, structure, delimiter } = record
    this.#at += structure === 'positional' ? record.offset : 0
    if (!this.#text.startsWith(tag, this.#at + (tagOffset ?? 0)))
      throw new Mismatch(this.#at + (tagOffset ?? 0), tag, record.name)
    if (tagOffset === undefined) this.#at += tag.length
    const isDelimited = structure === 'delimited'
    const ends = isDelimited ? outer.with(delimiter).with(record.repeating) : outer
    const following =
      around && outer.texts.includes(delimiter) ? [...around.later, ...around.following] : []
    const scope: Scope = {
      record,
      outer,
      ends,
      attributes: [],
      following,
      later: [],
      isFirst: true,
    }
    const mark = this.#xml.mark
    this.#xml.add('')
    this.#each(record.children, scope)
    const attributes = scope.attributes.join('')
    if (this.#schema.hidesEmpty && this.#xml.mark === mark + 1 && attributes === '' && mark > 1) {
      this.#xml.back(mark)
      return
    }
    this.#xml.open(mark, record, { outer: around?.record.namespace ?? '', attributes })
    this.#xml.add(`</${record.name}>`)
  }

  #each(children: readonly FlatNode[], scope: Scope): void {
    const later = this.#laterOf(children)
    for (const [index, child] of children.entries()) this.#repeat(child, scope, later[index] ?? [])
  }

  /** For each node those behind it. */
  #laterOf(children: readonly FlatNode[]): readonly (readonly FlatNode[])[] {
    const known = this.#later.get(children)
    if (known) return known
    const later = children.map((_, index) => children.slice(index + 1))
    this.#later.set(children, later)
    return later
  }

  /** Reads a node as often as it comes. */
  #repeat(node: FlatNode, scope: Scope, later: readonly FlatNode[]): void {
    for (let count = 0; count < node.maxOccurs; count += 1) {
      this.#step()
      const mark = this.#mark(scope)
      const isOptional = count >= node.minOccurs
      scope.later = later
      if (!this.#begins(node, scope, { isOptional, isAgain: count > 0 })) {
        this.#back(mark, scope)
        if (!isOptional) this.#missing(node, scope)
        return
      }
      if (!isOptional) this.#node(node, scope)
      else if (!this.#tries(node, scope, mark)) return
      if (isOptional && this.#at === mark.at) return
    }
  }

  #tries(node: FlatNode, scope: Scope, mark: Mark): boolean {
    try {
      this.#node(node, scope)
      return true
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error
      if (!this.#furthest || error.at > this.#furthest.at) this.#furthest = error
      this.#back(mark, scope)
      return false
    }
  }

  /** Whether a node comes next; the delimiter before it is read. */
  #begins(
    node: FlatNode,
    scope: Scope,
    { isOptional, isAgain }: { isOptional: boolean; isAgain: boolean },
  ): boolean {
    if (node.kind === 'group') return this.#groupBegins(node.children, scope, node.isChoice)
    if (!this.#readLeadingDelimiter(scope, isAgain)) return false
    // What has a tag is never taken for what has none.
    if (isOptional && tagOf(node) === '' && this.#hasLaterTag(scope)) return false
    return this.#fits(node, scope.ends) || this.#isEmptyRecord(node, scope)
  }

  #groupBegins(children: readonly FlatNode[], scope: Scope, isChoice: boolean): boolean {
    const mark = this.#mark(scope)
    for (const child of children) {
      this.#step()
      const begins = this.#begins(child, scope, { isOptional: false, isAgain: false })
      this.#back(mark, scope)
      if (begins) return true
      if (!isChoice && child.minOccurs > 0) return false
    }
    return false
  }

  #readLeadingDelimiter({ record, outer, isFirst }: Scope, isAgain: boolean): boolean {
    const { structure, order, delimiter, repeating } = record
    if (structure === 'positional') return !this.#isOver(outer)
    if (isAgain && repeating !== '') {
      const isRepeated = this.#text.startsWith(repeating, this.#at)
      if (isRepeated) this.#at += repeating.length
      return isRepeated
    }
    if (delimiter === '') return true
    const isHere = this.#text.startsWith(delimiter, this.#at)
    if (order === 'postfix') return isHere || !this.#isOver(outer)
    if (order === 'infix' && isFirst) return true
    if (isHere) this.#at += delimiter.length
    return isHere
  }

  /** The end of the file or of a record around this one. */
  #isOver(outer: Terminators): boolean {
    return this.#at >= this.#text.length || outer.at(this.#text, this.#at) !== ''
  }

  #hasLaterTag({ later, following }: Scope): boolean {
    return later.some((each) => this.#hasTag(each)) || following.some((each) => this.#hasTag(each))
  }

  #hasTag(node: FlatNode): boolean {
    if (node.kind === 'group') return node.children.some((child) => this.#hasTag(child))
    const tag = tagOf(node)
    const offset = node.kind === 'record' ? (node.tagOffset ?? 0) : 0
    return tag !== '' && this.#text.startsWith(tag, this.#at + offset)
  }

  /** Whether the text at the cursor can be the beginning of a node. */
  #fits(node: FlatNode, ends: Terminators): boolean {
    this.#step()
    if (node.kind === 'field') return true
    if (node.kind === 'record') {
      if (node.tag !== '') return this.#hasTag(node)
      if (this.#isOver(ends) && !this.#startsWithOwn(node)) return false
      if (node.structure === 'delimited' && node.order === 'prefix' && node.delimiter !== '')
        return this.#startsWithOwn(node)
    }
    const inner = node.kind === 'record' ? ends.with(node.delimiter) : ends
    for (const child of node.children) {
      if (this.#fits(child, inner)) return true
      if (child.minOccurs > 0 && !(node.kind === 'group' && node.isChoice)) return false
    }
    return node.children.length === 0
  }

  #startsWithOwn({ delimiter }: FlatRecord): boolean {
    return delimiter !== '' && this.#text.startsWith(delimiter, this.#at)
  }

  /** A record without text between two delimiters. */
  #isEmptyRecord(node: FlatNode, { record, ends }: Scope): boolean {
    if (node.kind !== 'record' || node.tag !== '' || record.structure === 'positional') return false
    return record.delimiter !== '' && this.#isOver(ends)
  }

  #node(node: FlatNode, scope: Scope): void {
    if (node.kind === 'group') {
      if (node.isChoice) this.#choice(node.children, scope)
      else this.#each(node.children, scope)
      return
    }
    const { record } = scope
    if (node.kind === 'field') this.#field(node, scope)
    else if (this.#isEmptyRecord(node, scope)) this.#emptyRecord(node, record.namespace)
    else this.#record(node, scope)
    scope.isFirst = false
    if (record.structure === 'positional' || record.order !== 'postfix') return
    const { repeating } = record
    const isRepeated = node.maxOccurs > 1 && repeating !== ''
    if (isRepeated && this.#text.startsWith(repeating, this.#at)) return
    if (!this.#text.startsWith(record.delimiter, this.#at))
      throw new Mismatch(this.#at, record.delimiter, record.name)
    this.#at += record.delimiter.length
  }

  #choice(children: readonly FlatNode[], scope: Scope): void {
    const start = this.#mark(scope)
    for (const child of children) {
      const begins = this.#groupBegins([child], scope, true)
      if (!begins) continue
      const before = this.#at
      const isRead = this.#tries(
        { kind: 'group', isChoice: false, children: [child], ...once },
        scope,
        start,
      )
      if (isRead && (this.#at > before || child.minOccurs > 0)) return
    }
    throw new Mismatch(this.#at, '', scope.record.name)
  }

  #emptyRecord({ name, namespace }: FlatRecord, outer: string): void {
    if (this.#schema.hidesEmpty) return
    this.#xml.add(`<${name}${namespace === outer ? '' : ` xmlns="${namespace}"`}></${name}>`)
  }

  #field(field: FlatField, scope: Scope): void {
    const isPositional = scope.record.structure === 'positional'
    const read = isPositional ? this.#positional(field, scope) : this.#delimited(field, scope)
    const value = read === '' ? (field.fallback ?? '') : read
    if (value === '' && this.#schema.hidesEmpty) return
    if (field.isAttribute) scope.attributes.push(attributeXml(field, value))
    else this.#xml.add(fieldXml(field, value, scope.record.namespace))
  }

  #positional(field: FlatField, { outer }: Scope): string {
    const from = this.#at + field.offset
    let to = from + field.length
    if (this.#schema.endsEarly) to = Math.min(to, this.#finder.next(outer, this.#at))
    if (to > this.#text.length) throw new Mismatch(this.#text.length, '', field.name)
    this.#at = Math.max(to, this.#at)
    return stripPadding(this.#text.slice(from, to), field)
  }

  #delimited(field: FlatField, { record, ends }: Scope): string {
    const { wrap, minLength } = field
    const isWrapped = wrap !== '' && this.#text.startsWith(wrap, this.#at)
    const text = isWrapped ? this.#wrapped(field, record, ends) : this.#plain(field, record, ends)
    return minLength > 0 ? stripPadding(text, field) : text
  }

  #plain({ wrap }: FlatField, { escape }: FlatRecord, ends: Terminators): string {
    const start = this.#at
    if (escape === '') {
      this.#at = this.#finder.next(ends, start)
      return this.#text.slice(start, this.#at)
    }
    let value = ''
    while (this.#at < this.#text.length && ends.at(this.#text, this.#at) === '') {
      if (this.#text.startsWith(escape, this.#at))
        this.#at += this.#escapeLength(escape, wrap, ends)
      value += this.#text[this.#at] ?? ''
      this.#at += 1
    }
    return value
  }

  // An escape character before an ordinary one, or at the end, is ignored.
  #escapeLength(escape: string, wrap: string, ends: Terminators): number {
    const next = this.#at + escape.length
    const isSpecial =
      this.#text.startsWith(escape, next) ||
      (wrap !== '' && this.#text.startsWith(wrap, next)) ||
      ends.at(this.#text, next) !== ''
    return isSpecial || next <= this.#text.length ? escape.length : 0
  }

  #wrapped({ wrap, name }: FlatField, { escape }: FlatRecord, ends: Terminators): string {
    let value = ''
    let at = this.#at + wrap.length
    for (;;) {
      if (at >= this.#text.length) throw new Mismatch(at, wrap, name)
      if (escape !== '' && this.#text.startsWith(escape, at)) {
        at += escape.length
      } else if (this.#text.startsWith(wrap, at)) {
        at += wrap.length
        if (!this.#text.startsWith(wrap, at)) break
      }
      value += this.#text[at] ?? ''
      at += 1
    }
    this.#at = at
    if (!this.#isOver(ends)) throw new Mismatch(at, ends.texts[0] ?? '', name)
    return value
  }

  /** A node that has to come does not. */
  #missing(node: FlatNode, scope: Scope): void {
    const { structure, delimiter, dropsTrailingDelimiters, name } = scope.record
    const isOver = this.#isOver(scope.outer)
    if (structure === 'positional' && this.#schema.endsEarly && isOver) return
    if (structure === 'delimited' && dropsTrailingDelimiters && isOver) return
    const isBehindDelimiter = this.#readLeadingDelimiter(scope, false)
    if (!isBehindDelimiter && structure === 'delimited' && scope.record.order !== 'postfix')
      throw new Mismatch(this.#at, delimiter, name)
    throw new Mismatch(this.#at, tagOf(node), nameOf(node) || name)
  }

  #mark({ attributes, isFirst }: Scope): Mark {
    return { at: this.#at, xml: this.#xml.mark, attributes: attributes.length, isFirst }
  }

  #back({ at, xml, attributes, isFirst }: Mark, scope: Scope): void {
    this.#at = at
    this.#xml.back(xml)
    scope.attributes.length = attributes
    scope.isFirst = isFirst
  }

  #step(): void {
    this.#steps += 1
    if (this.#steps <= this.#stepsMax) return
    throw new FlatFileError('The flat file is too ambiguous for its schema.', { definition: '' })
  }
}

const noTerminators = new Terminators([])

const once = { minOccurs: 1, maxOccurs: 1, sequence: undefined } as const

function tagOf(node: FlatNode): string {
  return node.kind === 'record' ? node.tag : ''
}

function nameOf(node: FlatNode): string {
  return node.kind === 'group' ? '' : node.name
}
