import { xmlNamespace, type XmlName } from '../xml/xml-name.ts'
import type { NamespaceDeclaration } from '../xml/xml-tree.ts'
import type { PendingAttribute, ResultSink } from './result-sink.ts'

/** Counts what a transformation makes; throws where it is too much. */
export interface OutputMeter {
  /** Characters about to be added. */
  produce(characters: number): void
  /** Elements that are open. */
  checkDepth(depth: number): void
}

/** What a node costs of the length of a result, beside its text. */
const nodeCharacters = 16

const noDeclarations: readonly NamespaceDeclaration[] = []

type Scope = ReadonlyMap<string, string>

const outermost: Scope = new Map([
  ['', ''],
  ['xml', xmlNamespace],
])

/**
 * Takes what instructions make, holds each start tag until its attributes are known, and gives every name a declared
 * prefix. https://www.w3.org/TR/xslt-10/#section-Creating-Elements-and-Attributes
 */
export class ResultBuilder {
  readonly #sink: ResultSink
  readonly #meter: OutputMeter
  readonly #scopes: Scope[] = []
  #scope: Scope = outermost
  #pending: XmlName | undefined
  #attributes: PendingAttribute[] = []
  #namespaces = noDeclarations
  #generated = 0

  constructor(sink: ResultSink, meter: OutputMeter) {
    this.#sink = sink
    this.#meter = meter
  }

  /** True while attributes can still be added to the element that was started last. */
  get isTagOpen(): boolean {
    return this.#pending !== undefined
  }

  /** Starts an element that also declares namespaces. */
  startElement(name: XmlName, declarations: readonly NamespaceDeclaration[]): void {
    if (this.#pending !== undefined) this.#flush(this.#pending)
    this.#pending = name
    this.#namespaces = declarations
  }

  endElement(): void {
    if (this.#pending !== undefined) this.#flush(this.#pending)
    this.#sink.endElement()
    this.#scope = this.#scopes.pop() ?? outermost
  }

  /** Adds an attribute to the open tag, or replaces it; false when no tag is open. */
  attribute(name: XmlName, value: string): boolean {
    if (this.#pending === undefined) return false
    for (const attribute of this.#attributes) {
      if (attribute.name.local !== name.local || attribute.name.uri !== name.uri) continue
      attribute.name = name
      attribute.value = value
      return true
    }
    this.#attributes.push({ name, value })
    return true
  }

  /** Declares a namespace on the open tag, unless its prefix means another one there. */
  namespace(declaration: NamespaceDeclaration): void {
    if (this.#pending === undefined) return
    const { prefix } = declaration
    if (!this.#namespaces.some((other) => other.prefix === prefix))
      this.#namespaces = [...this.#namespaces, declaration]
  }

  text(value: string, isRaw = false): void {
    if (value === '') return
    if (this.#pending !== undefined) this.#flush(this.#pending)
    this.#meter.produce(value.length)
    this.#sink.text(value, isRaw)
  }

  comment(value: string): void {
    if (this.#pending !== undefined) this.#flush(this.#pending)
    this.#meter.produce(value.length + nodeCharacters)
    this.#sink.comment(value)
  }

  instruction(target: string, value: string): void {
    if (this.#pending !== undefined) this.#flush(this.#pending)
    this.#meter.produce(target.length + value.length + nodeCharacters)
    this.#sink.instruction(target, value)
  }

  #flush(name: XmlName): void {
    const attributes = this.#attributes
    const wanted = this.#namespaces
    this.#pending = undefined
    const scope = this.#scope
    const isDeclared = (scope.get(name.prefix) ?? '') === name.uri
    const isPlain = !attributes.some((attribute) => attribute.name.uri !== '')
    let declarations = noDeclarations
    // Most elements have the namespaces of the one around them.
    if (!isDeclared || !isPlain || (wanted.length > 0 && !this.#isKnown(wanted, name.prefix)))
      declarations = this.#declareAll(name, attributes, wanted)
    let characters = name.local.length + nodeCharacters
    for (const { name: attribute, value } of attributes)
      characters += attribute.local.length + value.length + nodeCharacters
    this.#meter.produce(characters)
    this.#scopes.push(scope)
    this.#meter.checkDepth(this.#scopes.length)
    if (declarations.length > 0)
      this.#scope = new Map([
        ...scope,
        ...declarations.map(({ prefix, uri }) => [prefix, uri] as const),
      ])
    if (attributes.length > 0) this.#attributes = []
    this.#namespaces = noDeclarations
    this.#sink.startElement({ name, attributes, declarations })
  }

  #isKnown(wanted: readonly NamespaceDeclaration[], own: string): boolean {
    for (const { prefix, uri } of wanted) {
      if (prefix !== own && prefix !== 'xml' && (this.#scope.get(prefix) ?? '') !== uri)
        return false
    }
    return true
  }

  #declareAll(
    name: XmlName,
    attributes: readonly PendingAttribute[],
    wanted: readonly NamespaceDeclaration[],
  ): readonly NamespaceDeclaration[] {
    const declared = new Map<string, string>()
    if ((this.#scope.get(name.prefix) ?? '') !== name.uri) declared.set(name.prefix, name.uri)
    for (const { prefix, uri } of wanted) this.#declare(prefix, uri, { declared, name })
    for (const attribute of attributes) this.#settlePrefix(attribute, declared)
    return Array.from(declared, ([prefix, uri]) => ({ prefix, uri }))
  }

  // The element's own prefix is settled: a default namespace that it does not have is not for it.
  #declare(
    prefix: string,
    uri: string,
    { declared, name }: { declared: Map<string, string>; name: XmlName },
  ): void {
    if (prefix === 'xml' || prefix === name.prefix || declared.has(prefix)) return
    if ((this.#scope.get(prefix) ?? '') !== uri) declared.set(prefix, uri)
  }

  #settlePrefix(attribute: PendingAttribute, declared: Map<string, string>): void {
    const { prefix, local, uri } = attribute.name
    if (uri === '' || prefix === 'xml') return
    const meaning = declared.get(prefix) ?? this.#scope.get(prefix)
    if (prefix !== '' && meaning === uri) return
    const found =
      prefix !== '' && meaning === undefined
        ? prefix
        : (this.#prefixOf(uri, declared) ?? this.#newPrefix(declared))
    if ((declared.get(found) ?? this.#scope.get(found)) !== uri) declared.set(found, uri)
    attribute.name = { prefix: found, local, uri }
  }

  #prefixOf(uri: string, declared: ReadonlyMap<string, string>): string | undefined {
    for (const [prefix, found] of declared) if (prefix !== '' && found === uri) return prefix
    for (const [prefix, found] of this.#scope) {
      if (prefix !== '' && found === uri && !declared.has(prefix)) return prefix
    }
    return undefined
  }

  #newPrefix(declared: ReadonlyMap<string, string>): string {
    for (;;) {
      const prefix = `ns${this.#generated}`
      this.#generated += 1
      if (!declared.has(prefix) && !this.#scope.has(prefix)) return prefix
    }
  }
}
