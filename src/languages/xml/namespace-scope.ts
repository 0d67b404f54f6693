import { xmlNamespace, xmlnsNamespace, type XmlName } from './xml-name.ts'
import type { NamespaceDeclaration } from './xml-tree.ts'

/** The prefixes that mean something at a place of a document; it remembers the names that it resolved. */
export class NamespaceScope {
  readonly #prefixes: ReadonlyMap<string, string>
  readonly #elementNames = new Map<string, XmlName>()
  readonly #attributeNames = new Map<string, XmlName>()

  private constructor(prefixes: ReadonlyMap<string, string>) {
    this.#prefixes = prefixes
  }

  /** What a document starts with. */
  static outermost(): NamespaceScope {
    return new NamespaceScope(
      new Map([
        ['', ''],
        ['xml', xmlNamespace],
        ['xmlns', xmlnsNamespace],
      ]),
    )
  }

  /** How many prefixes mean something. */
  get size(): number {
    return this.#prefixes.size
  }

  /** This scope with more prefixes. */
  declaring(declarations: readonly NamespaceDeclaration[]): NamespaceScope {
    const prefixes = new Map(this.#prefixes)
    for (const { prefix, uri } of declarations) prefixes.set(prefix, uri)
    return new NamespaceScope(prefixes)
  }

  /** The name of an element; undefined when its prefix is not declared. */
  elementName(qualified: string): XmlName | undefined {
    const known = this.#elementNames.get(qualified)
    if (known !== undefined) return known
    const name = this.#resolve(qualified, this.#prefixes.get('') ?? '')
    if (name !== undefined) this.#elementNames.set(qualified, name)
    return name
  }

  /** The name of an attribute, which has no namespace without a prefix. */
  attributeName(qualified: string): XmlName | undefined {
    const known = this.#attributeNames.get(qualified)
    if (known !== undefined) return known
    const name = this.#resolve(qualified, qualified === 'xmlns' ? xmlnsNamespace : '')
    if (name !== undefined) this.#attributeNames.set(qualified, name)
    return name
  }

  #resolve(qualified: string, unprefixed: string): XmlName | undefined {
    const colon = qualified.indexOf(':')
    if (colon < 0) return { prefix: '', local: qualified, uri: unprefixed }
    const prefix = qualified.slice(0, colon)
    const uri = this.#prefixes.get(prefix)
    return uri === undefined ? undefined : { prefix, local: qualified.slice(colon + 1), uri }
  }
}

/** Why a namespace cannot be declared so; undefined where it can. https://www.w3.org/TR/xml-names/#nsc-NoPrefixUndecl */
export function wrongDeclaration({ prefix, uri }: NamespaceDeclaration): string | undefined {
  if (prefix === 'xmlns') return "The prefix 'xmlns' cannot be declared."
  if (prefix !== '' && uri === '') return `The prefix '${prefix}' cannot be bound to no namespace.`
  if ((prefix === 'xml') !== (uri === xmlNamespace))
    return "The prefix 'xml' and its namespace belong to each other."
  return undefined
}

/** The place of an attribute whose name, with its namespace, stands already before it; -1 for none. */
export function repeatedName(attributes: readonly { readonly name: XmlName }[]): number {
  return repeatedText(
    attributes.map(({ name }, index) =>
      name.prefix === '' || name.uri === xmlnsNamespace
        ? String(index)
        : `${name.uri} ${name.local}`,
    ),
  )
}

/** The place of a text that stands already before it; -1 for none. */
export function repeatedText(texts: readonly string[]): number {
  const known = new Set<string>()
  return texts.findIndex((text) => {
    if (known.has(text)) return true
    known.add(text)
    return false
  })
}
