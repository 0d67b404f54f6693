import { declarationsMax, entityDepthMax, entityLengthMax, entityReferencesMax } from './limits.ts'
import { characterOf } from './entities.ts'
import { qualifiedNameEnd } from './xml-name.ts'

/** An attribute that the document type declares. */
export interface DeclaredAttribute {
  readonly name: string
  readonly type: string
  /** The value where the tag gives none. */
  readonly fallback: string | undefined
}

/** What an internal subset declares, as far as it changes how the document reads. */
export interface Declarations {
  /** The replacement texts of internal entities. */
  readonly entities: ReadonlyMap<string, string>
  readonly externalEntities: ReadonlySet<string>
  readonly unparsedEntities: ReadonlyMap<string, string>
  readonly attributes: ReadonlyMap<string, readonly DeclaredAttribute[]>
}

/** Nothing declared. */
export const noDeclarations: Declarations = {
  entities: new Map(),
  externalEntities: new Set(),
  unparsedEntities: new Map(),
  attributes: new Map(),
}

/** A fault in an internal subset, at an offset of it. */
export class SubsetFault extends Error {
  override readonly name = 'SubsetFault'
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Reads an internal subset. Nothing outside of the document is ever read. https://www.w3.org/TR/xml/#sec-prolog-dtd */
export function readDeclarations(subset: string): Declarations {
  const reader = new SubsetReader()
  reader.read(subset, 0)
  return reader
}

const literal = String.raw`"([^"]*)"|'([^']*)'`
const entityPattern = new RegExp(
  String.raw`<!ENTITY\s+(%\s+)?([^\s"'<>%]+)\s+(?:${literal}|(SYSTEM|PUBLIC)\s+(?:${literal})(?:\s*(?:${literal}))?(?:\s+NDATA\s+([^\s>]+))?)\s*>`,
  'y',
)
const attributeListPattern = /<!ATTLIST\s+([^\s>]+)((?:[^>"']|"[^"]*"|'[^']*')*)>/y
const attributePattern = new RegExp(
  String.raw`\s+([^\s>]+)\s+(CDATA|ID|IDREFS?|ENTITY|ENTITIES|NMTOKENS?|(?:NOTATION\s+)?\([^)]*\))\s+(#REQUIRED|#IMPLIED|(?:#FIXED\s+)?(?:${literal}))`,
  'y',
)
const otherPattern =
  /<!(?:ELEMENT|NOTATION)\s(?:[^>"']|"[^"]*"|'[^']*')*>|<!--[^]*?-->|<\?[^]*?\?>|\s+/y
const parameterPattern = /%([^\s;%]+);/y

class SubsetReader implements Declarations {
  readonly entities = new Map<string, string>()
  readonly externalEntities = new Set<string>()
  readonly unparsedEntities = new Map<string, string>()
  readonly attributes = new Map<string, DeclaredAttribute[]>()
  readonly #parameters = new Map<string, string>()
  #count = 0
  #expanded = 0

  read(text: string, depth: number): void {
    let position = 0
    while (position < text.length) {
      this.#count += 1
      if (this.#count > declarationsMax)
        throw new SubsetFault('The document type has too many declarations.', position)
      position = this.#readOne(text, position, depth)
    }
  }

  #readOne(text: string, position: number, depth: number): number {
    const match = (pattern: RegExp): RegExpExecArray | null => {
      pattern.lastIndex = position
      return pattern.exec(text)
    }
    const other = match(otherPattern)
    if (other) return position + other[0].length
    const entity = match(entityPattern)
    if (entity) {
      this.#declareEntity(entity, position)
      return position + entity[0].length
    }
    const list = match(attributeListPattern)
    if (list) {
      this.#declareAttributes(list, position)
      return position + list[0].length
    }
    const parameter = match(parameterPattern)
    if (!parameter) throw new SubsetFault('Unexpected DTD declaration.', position)
    this.#readParameter(parameter[1] ?? '', position, depth)
    return position + parameter[0].length
  }

  #readParameter(name: string, position: number, depth: number): void {
    const text = this.#parameters.get(name)
    if (text === undefined)
      throw new SubsetFault(`Reference to undeclared parameter entity '${name}'.`, position)
    this.#expanded += text.length
    if (depth >= entityDepthMax || this.#expanded > entityLengthMax)
      throw new SubsetFault('The entities expand to too much text.', position)
    this.read(text, depth + 1)
  }

  #declareEntity(match: RegExpExecArray, position: number): void {
    const [, parameter, name = '', double, single, external] = match
    if (qualifiedNameEnd(name, 0) !== name.length)
      throw new SubsetFault(`'${name}' is no name of an entity.`, position)
    if (external !== undefined) {
      const [, , , , , kind, publicOrSystem, other, system, last, notation] = match
      const systemId = kind === 'SYSTEM' ? (publicOrSystem ?? other) : (system ?? last)
      if (notation !== undefined) this.unparsedEntities.set(name, systemId ?? '')
      else if (parameter === undefined) this.externalEntities.add(name)
      return
    }
    const value = decodeCharacters(double ?? single ?? '', position)
    const table = parameter === undefined ? this.entities : this.#parameters
    // The first declaration of a name counts.
    if (!table.has(name) && !this.externalEntities.has(name)) table.set(name, value)
  }

  #declareAttributes(match: RegExpExecArray, position: number): void {
    const [, element = '', list = ''] = match
    const known = this.attributes.get(element) ?? []
    attributePattern.lastIndex = 0
    let end = 0
    for (;;) {
      const found = attributePattern.exec(list)
      if (!found) break
      end = attributePattern.lastIndex
      const [, name = '', type = '', , double, single] = found
      this.#count += 1
      if (this.#count > declarationsMax)
        throw new SubsetFault('The document type has too many declarations.', position)
      if (!known.some((other) => other.name === name))
        known.push({ name, type, fallback: double ?? single })
    }
    if (list.slice(end).trim() !== '')
      throw new SubsetFault(`Unexpected attribute declaration of '${element}'.`, position)
    this.attributes.set(element, known)
  }
}

// References to characters are replaced when an entity is declared, those to entities when it is used.
function decodeCharacters(text: string, position: number): string {
  return text.replaceAll(/&#(x[\da-fA-F]+|\d+);/g, (_all, digits: string) => {
    const character = characterOf(digits)
    if (character === undefined) throw new SubsetFault('Invalid character reference.', position)
    return character
  })
}

/** An attribute whose declared type is not text loses blanks that say nothing. https://www.w3.org/TR/xml/#AVNormalize */
export function tokenized<Attribute extends { readonly name: string; readonly value: string }>(
  attribute: Attribute,
  declared: readonly DeclaredAttribute[],
): Attribute {
  const type = declared.find(({ name }) => name === attribute.name)?.type
  if (type === undefined || type === 'CDATA') return attribute
  return { ...attribute, value: attribute.value.trim().replaceAll(/ +/g, ' ') }
}

/** The attributes of type ID, as `element attribute`. */
export function idAttributesOf({ attributes }: Declarations): ReadonlySet<string> {
  const found = new Set<string>()
  for (const [element, declared] of attributes) {
    for (const { name, type } of declared) if (type === 'ID') found.add(`${element} ${name}`)
  }
  return found
}

/** Counts what the entities of one document expand to: a few lines may stand for gigabytes. */
export class EntityBudget {
  #length = 0
  #references = 0

  /** False when the document may not use this one any more. */
  allows(text: string): boolean {
    this.#length += text.length
    this.#references += 1
    return this.#length <= entityLengthMax && this.#references <= entityReferencesMax
  }
}
