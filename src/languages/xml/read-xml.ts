import { positionAt } from '../../base/errors.ts'
import {
  EntityBudget,
  idAttributesOf,
  noDeclarations,
  readDeclarations,
  SubsetFault,
  tokenized,
  type Declarations,
} from './document-type.ts'
import { plainReference } from './entities.ts'
import {
  attributesMax,
  documentDepthMax,
  documentLengthMax,
  entityDepthMax,
  nodesMax,
  prefixesMax,
} from './limits.ts'
import { declarationAt, documentTypeAt } from './prolog.ts'
import { NamespaceScope, repeatedName, repeatedText, wrongDeclaration } from './namespace-scope.ts'
import { documentFault, type ReadAttribute, type XmlEvents, type XmlFault } from './xml-events.ts'
import { isBlank, isBlankCode, qualifiedNameEnd } from './xml-name.ts'

/**
 * Reads a document of XML 1.0 with namespaces and tells its parts in order. What is not well-formed is an error with
 * its place, in the words of .NET's reader. https://www.w3.org/TR/xml/ https://www.w3.org/TR/xml-names/
 */
export function readXml(text: string, events: XmlEvents, fault: XmlFault = documentFault): void {
  new XmlReader(text, events, fault).read()
}

interface OpenElement {
  readonly name: string
  readonly scope: NamespaceScope
  readonly start: number
}

interface RawAttribute {
  readonly name: string
  readonly value: string
  readonly at: number
  readonly offset: number
}

class XmlReader {
  /** The text that is read now: the document, or what an entity stands for. */
  #text: string
  #position = 0
  readonly #document: string
  readonly #events: XmlEvents
  readonly #fault: XmlFault
  readonly #open: OpenElement[] = []
  readonly #entities: string[] = []
  #entityOffset = 0
  #declarations: Declarations = noDeclarations
  #scope = NamespaceScope.outermost()
  readonly #budget = new EntityBudget()
  #nodes = 0
  #hasRoot = false
  #hasDocumentType = false

  constructor(text: string, events: XmlEvents, fault: XmlFault) {
    this.#text = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text
    this.#document = this.#text
    this.#events = events
    this.#fault = fault
  }

  read(): void {
    if (this.#text.length > documentLengthMax) throw this.#error('The document is too long.', 0)
    if (this.#text.charCodeAt(0) === 0xfeff) this.#position = 1
    this.#checkCharacters()
    this.#readDeclaration()
    this.#readContent()
    const open = this.#open.at(-1)
    if (open) {
      throw this.#error(
        `Unexpected end of file has occurred. The following elements are not closed: ${open.name}.`,
        this.#text.length,
      )
    }
    if (!this.#hasRoot) throw this.#error('Root element is missing.', this.#text.length)
  }

  #error(message: string, at = this.#position): Error {
    const offset = this.#entities.length > 0 ? this.#entityOffset : at
    return this.#fault(message, positionAt(this.#document, offset))
  }

  #checkCharacters(): void {
    const bad = /(?![\t\n\r\x7f-\x9f])\p{Cc}|[\ufffe\uffff]|\p{Cs}/u.exec(this.#text)
    if (!bad) return
    const code = bad[0].charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
    throw this.#error(
      `'${bad[0]}', hexadecimal value 0x${code}, is an invalid character.`,
      bad.index,
    )
  }

  #readDeclaration(): void {
    if (!/^<\?xml\s/.test(this.#text.slice(this.#position, this.#position + 6))) return
    const found = declarationAt(this.#text, this.#position)
    if (!found) throw this.#error('Syntax for an XML declaration is invalid.')
    const { version } = found.declaration
    if (!/^1\.\d+$/.test(version)) throw this.#error(`Version number '${version}' is invalid.`, 0)
    this.#position = found.end
    this.#events.declaration(found.declaration)
  }

  #readContent(): void {
    const text = this.#text
    while (this.#position < text.length) {
      const at = this.#position
      this.#countNodes(1)
      if (text.charCodeAt(at) !== 0x3c) this.#readText()
      else if (text.charCodeAt(at + 1) === 0x2f) this.#readEndTag()
      else if (text.charCodeAt(at + 1) === 0x3f) this.#readInstruction()
      else if (text.charCodeAt(at + 1) === 0x21) this.#readMarked()
      else this.#readStartTag()
    }
  }

  #countNodes(count: number): void {
    this.#nodes += count
    if (this.#nodes > nodesMax) throw this.#error('The document has too many nodes.')
  }

  #readMarked(): void {
    const at = this.#position
    if (this.#text.startsWith('<!--', at)) this.#readComment()
    else if (this.#text.startsWith('<![CDATA[', at)) this.#readCdata()
    else if (this.#text.startsWith('<!DOCTYPE', at)) this.#readDocumentType()
    else throw this.#error('Name cannot begin with this character.', at + 1)
  }

  #readText(): void {
    const start = this.#position
    const end = this.#text.indexOf('<', start)
    this.#position = end < 0 ? this.#text.length : end
    const raw = this.#text.slice(start, this.#position)
    if (this.#open.length === 0) {
      if (!isBlank(raw))
        throw this.#error('Data at the root level is invalid.', start + raw.search(/[^ \t\n\r]/))
      return
    }
    if (raw.includes(']]>')) throw this.#error("']]>' is not allowed in character data.", start)
    if (raw.includes('&')) this.#readReferences(raw, start)
    else this.#events.text(raw, start, false)
  }

  // An entity may stand for elements, so that its text is read as content of its own.
  #readReferences(raw: string, start: number): void {
    let from = 0
    for (let at = raw.indexOf('&'); at >= 0; at = raw.indexOf('&', from)) {
      const end = raw.indexOf(';', at)
      const name = raw.slice(at + 1, end < 0 ? raw.length : end)
      if (at > from) this.#events.text(raw.slice(from, at), start + from, false)
      const character = end < 0 ? undefined : plainReference(name)
      if (character === undefined) {
        const text = this.#entityText(name, start + at + 1, end >= 0)
        this.#readEntity(name, text, start + at)
      } else this.#events.text(character, start + at, true)
      from = end + 1
    }
    if (from < raw.length) this.#events.text(raw.slice(from), start + from, false)
  }

  #entityText(name: string, at: number, isEnded: boolean): string {
    if (!isEnded || name === '' || qualifiedNameEnd(name, 0) !== name.length)
      throw this.#error('An error occurred while parsing EntityName.', at)
    const text = this.#declarations.entities.get(name)
    if (text === undefined) {
      throw this.#error(
        this.#declarations.externalEntities.has(name)
          ? `The external entity '${name}' is not read: a document stands for itself here.`
          : `Reference to undeclared entity '${name}'.`,
        at,
      )
    }
    if (this.#entities.includes(name))
      throw this.#error(`General entity '${name}' references itself.`, at)
    if (this.#entities.length >= entityDepthMax || !this.#budget.allows(text))
      throw this.#error('The entities of the document expand to too much text.', at)
    return text
  }

  #readEntity(name: string, text: string, at: number): void {
    if (!text.includes('<') && !text.includes('&')) {
      this.#events.text(text, at, true)
      return
    }
    const [outerText, outerPosition, depth] = [this.#text, this.#position, this.#open.length]
    if (this.#entities.length === 0) this.#entityOffset = at
    this.#entities.push(name)
    this.#text = text
    this.#position = 0
    this.#readContent()
    if (this.#open.length !== depth)
      throw this.#error(`The entity '${name}' does not close what it opens.`)
    this.#entities.pop()
    this.#text = outerText
    this.#position = outerPosition
  }

  #readComment(): void {
    const start = this.#position
    const end = this.#text.indexOf('-->', start + 4)
    if (end < 0) throw this.#error('Unexpected end of file while parsing Comment has occurred.')
    const value = this.#text.slice(start + 4, end)
    if (value.includes('--') || value.endsWith('-'))
      throw this.#error("An XML comment cannot contain '--', and '-' cannot be the last character.")
    this.#position = end + 3
    this.#events.comment(value, start)
  }

  #readCdata(): void {
    const start = this.#position
    const end = this.#text.indexOf(']]>', start + 9)
    if (end < 0) throw this.#error('Unexpected end of file while parsing CDATA has occurred.')
    if (this.#open.length === 0) throw this.#error('Data at the root level is invalid.')
    this.#position = end + 3
    this.#events.cdata(this.#text.slice(start + 9, end), start + 9)
  }

  #readInstruction(): void {
    const start = this.#position
    const end = this.#text.indexOf('?>', start + 2)
    if (end < 0) throw this.#error('Unexpected end of file while parsing PI has occurred.')
    const content = this.#text.slice(start + 2, end)
    const blank = content.search(/[ \t\n]/)
    const target = blank < 0 ? content : content.slice(0, blank)
    const value = blank < 0 ? '' : content.slice(blank).replace(/^[ \t\n]+/, '')
    this.#position = end + 2
    if (target.toLowerCase() === 'xml') {
      throw this.#error(
        'Unexpected XML declaration. The XML declaration must be the first node in the document, and no white space characters are allowed to appear before it.',
        start + 2,
      )
    }
    if (qualifiedNameEnd(target, 0) !== target.length)
      throw this.#error('Name cannot begin with this character.', start + 2)
    this.#events.instruction(target, value, start)
  }

  #readDocumentType(): void {
    const start = this.#position
    const found = documentTypeAt(this.#text, start)
    if (!found || this.#hasRoot || this.#hasDocumentType)
      throw this.#error('Unexpected DTD declaration.', start)
    this.#hasDocumentType = true
    this.#position = found.end
    const { name, publicId, systemId, internalSubset, subsetStart } = found
    if (internalSubset !== null) this.#declarations = this.#declared(internalSubset, subsetStart)
    const { unparsedEntities } = this.#declarations
    const idAttributes = idAttributesOf(this.#declarations)
    const written = { name, publicId, systemId, internalSubset }
    this.#events.documentType({ ...written, idAttributes, unparsedEntities })
  }

  #declared(subset: string, start: number): Declarations {
    try {
      return readDeclarations(subset)
    } catch (error) {
      if (error instanceof SubsetFault) throw this.#error(error.message, start + error.offset)
      throw error
    }
  }

  #readStartTag(): void {
    const start = this.#position
    const nameStop = qualifiedNameEnd(this.#text, start + 1)
    if (nameStop === start + 1)
      throw this.#error('Name cannot begin with this character.', start + 1)
    if (this.#open.length === 0 && this.#hasRoot)
      throw this.#error('There are multiple root elements.', start + 1)
    if (this.#open.length >= documentDepthMax)
      throw this.#error('The elements are nested too deeply.', start)
    const qualified = this.#text.slice(start + 1, nameStop)
    this.#position = nameStop
    const raw = this.#withDefaults(qualified, this.#readAttributes(qualified))
    const isEmpty = this.#text.charCodeAt(this.#position) === 0x2f
    this.#position += isEmpty ? 2 : 1
    if (raw.length > 0) this.#countNodes(raw.length)
    const outer = this.#scope
    const attributes = raw.length === 0 ? [] : this.#resolveAttributes(raw)
    const name = this.#scope.elementName(qualified)
    if (name === undefined) throw this.#undeclared(qualified, start + 1)
    this.#hasRoot = true
    this.#events.startElement({ name, attributes, isEmpty, offset: start })
    if (isEmpty) {
      this.#events.endElement()
      this.#scope = outer
    } else this.#open.push({ name: qualified, scope: outer, start: start + 1 })
  }

  // Stops at the `>` or `/>` of the tag.
  #readAttributes(element: string): RawAttribute[] {
    const found: RawAttribute[] = []
    const text = this.#text
    for (;;) {
      const before = this.#position
      this.#skipBlanks()
      const at = this.#position
      const code = text.charCodeAt(at)
      if (code === 0x3e || (code === 0x2f && text.charCodeAt(at + 1) === 0x3e)) return found
      const nameStop = qualifiedNameEnd(text, at)
      if (nameStop === at || before === at)
        throw this.#error(`Unexpected character in the tag '${element}'.`)
      const name = text.slice(at, nameStop)
      this.#position = nameStop
      found.push(this.#readValue(name, at, element))
      if (found.length > attributesMax)
        throw this.#error('The element has too many attributes.', at)
    }
  }

  #skipBlanks(): void {
    while (isBlankCode(this.#text.charCodeAt(this.#position))) this.#position += 1
  }

  #readValue(name: string, at: number, element: string): RawAttribute {
    const text = this.#text
    this.#skipBlanks()
    if (text.charCodeAt(this.#position) !== 0x3d)
      throw this.#error(`Unexpected character in the tag '${element}'.`)
    this.#position += 1
    this.#skipBlanks()
    const quote = text.charCodeAt(this.#position)
    if (quote !== 0x22 && quote !== 0x27)
      throw this.#error(`Unexpected character in the tag '${element}'.`)
    const offset = this.#position + 1
    const end = text.indexOf(quote === 0x22 ? '"' : "'", offset)
    if (end < 0)
      throw this.#error(`Unexpected end of file has occurred in the attribute '${name}'.`, at)
    const raw = text.slice(offset, end)
    if (raw.includes('<'))
      throw this.#error(
        "'<', hexadecimal value 0x3C, is an invalid attribute character.",
        offset + raw.indexOf('<'),
      )
    this.#position = end + 1
    return { name, value: this.#attributeText(raw, offset), at, offset }
  }

  #attributeText(raw: string, start: number): string {
    const text = /[\t\n]/.test(raw) ? raw.replaceAll(/[\t\n]/g, ' ') : raw
    if (!text.includes('&')) return text
    return text.replaceAll(/&([^;&]*)(;?)/g, (_all, name: string, end: string, at: number) => {
      const character = end === ';' ? plainReference(name) : undefined
      if (character !== undefined) return character
      const value = this.#entityText(name, start + at + 1, end === ';')
      if (value.includes('<'))
        throw this.#error(`The entity '${name}' has '<': it cannot stand in an attribute.`, start)
      this.#entities.push(name)
      if (this.#entities.length === 1) this.#entityOffset = start + at
      const expanded = this.#attributeText(value, 0)
      this.#entities.pop()
      return expanded
    })
  }

  #withDefaults(element: string, found: RawAttribute[]): RawAttribute[] {
    const repeated = found.length > 1 ? repeatedText(found.map(({ name }) => name)) : -1
    if (repeated >= 0)
      throw this.#error(
        `'${found[repeated]?.name}' is a duplicate attribute name.`,
        found[repeated]?.at,
      )
    const declared = this.#declarations.attributes.get(element)
    if (declared === undefined) return found
    const all = found.map((attribute) => tokenized(attribute, declared))
    for (const { name, fallback } of declared) {
      if (fallback === undefined || found.some((other) => other.name === name)) continue
      const at = this.#position
      all.push({ name, value: this.#attributeText(fallback, at), at, offset: at })
    }
    return all
  }

  #resolveAttributes(raw: readonly RawAttribute[]): ReadAttribute[] {
    const declared = raw.filter(({ name }) => name === 'xmlns' || name.startsWith('xmlns:'))
    if (declared.length > 0) {
      const declarations = declared.map(({ name, value, at }) => {
        const declaration = { prefix: name.slice(6), uri: value }
        const wrong = wrongDeclaration(declaration)
        if (wrong !== undefined) throw this.#error(wrong, at)
        return declaration
      })
      this.#scope = this.#scope.declaring(declarations)
      if (this.#scope.size > prefixesMax)
        throw this.#error('Too many namespaces are declared.', raw[0]?.at)
    }
    const attributes = raw.map(({ name, value, at, offset }) => {
      const resolved = this.#scope.attributeName(name)
      if (resolved === undefined) throw this.#undeclared(name, at)
      return { name: resolved, value, offset }
    })
    const repeated = attributes.length > 1 ? repeatedName(attributes) : -1
    if (repeated >= 0)
      throw this.#error(
        `'${attributes[repeated]?.name.local}' is a duplicate attribute name.`,
        raw[repeated]?.at,
      )
    return attributes
  }

  #undeclared(qualified: string, at: number): Error {
    return this.#error(`'${qualified.split(':', 1)[0]}' is an undeclared prefix.`, at)
  }

  #readEndTag(): void {
    const at = this.#position
    const open = this.#open.pop()
    if (!open) throw this.#error('Unexpected end tag.', at + 2)
    const { name } = open
    const text = this.#text
    let end = at + 2 + name.length
    while (isBlankCode(text.charCodeAt(end))) end += 1
    if (!text.startsWith(name, at + 2) || text.charCodeAt(end) !== 0x3e)
      throw this.#wrongEndTag(open, at)
    this.#position = end + 1
    this.#scope = open.scope
    this.#events.endElement()
  }

  #wrongEndTag(open: OpenElement, at: number): Error {
    const end = qualifiedNameEnd(this.#text, at + 2)
    const name = this.#text.slice(at + 2, end)
    if (name === '' || name === open.name)
      return this.#error('Unexpected character in an end tag.', end)
    const { line, column } = positionAt(this.#document, open.start)
    return this.#error(
      `The '${open.name}' start tag on line ${line} position ${column} does not match the end tag of '${name}'.`,
      at + 2,
    )
  }
}
