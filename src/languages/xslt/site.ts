import type { SourcePosition } from '../../base/errors.ts'
import { isBlank, isQualifiedName, type XmlName } from '../xml/xml-name.ts'
import { attributeNode, namespaceOf, type XmlNode } from '../xml/xml-tree.ts'
import type { ExpandedName, FunctionCall } from '../xpath/compilation.ts'
import type { XPathContext } from '../xpath/context.ts'
import { compileOperand } from '../xpath/compile.ts'
import { toText, type Operand } from '../xpath/operand.ts'
import { activationOf } from './activation.ts'
import type { LocalScope } from './local-scope.ts'
import { nameKey, xsltNamespace } from './names.ts'
import type { Program } from './program.ts'
import { invalidStylesheet, transformFailed, unsupportedStylesheet } from './stylesheet-error.ts'
import type { StylesheetModule } from './stylesheet-module.ts'
import { splitTemplate } from './value-template.ts'

/** Compiles calls of functions that are not XPath's own. */
export type FunctionCompiler = (
  name: ExpandedName,
  call: FunctionCall,
  site: Site,
) => Operand | undefined

/** A text that is known, or is made anew each time. */
export type TextClosure = (context: XPathContext) => string

/** An element of a stylesheet with what its attributes and expressions are compiled against. */
export class Site {
  readonly element: XmlNode
  readonly module: StylesheetModule
  readonly program: Program
  readonly scope: LocalScope
  readonly functions: FunctionCompiler

  constructor(
    element: XmlNode,
    place: {
      readonly module: StylesheetModule
      readonly program: Program
      readonly scope: LocalScope
      readonly functions: FunctionCompiler
    },
  ) {
    this.element = element
    this.module = place.module
    this.program = place.program
    this.scope = place.scope
    this.functions = place.functions
  }

  /** The same for another element, perhaps with more variables in sight. */
  at(element: XmlNode, scope: LocalScope = this.scope): Site {
    return new Site(element, { ...this.#place, scope })
  }

  get #place(): {
    readonly module: StylesheetModule
    readonly program: Program
    readonly functions: FunctionCompiler
  } {
    return { module: this.module, program: this.program, functions: this.functions }
  }

  /** True where what a later version of XSLT has is left to run-time. */
  get isForward(): boolean {
    for (let node: XmlNode | null = this.element; node !== null; node = node.parent) {
      const uri = node.name.uri === xsltNamespace ? '' : xsltNamespace
      const version = attributeNode(node, 'version', uri)
      const mayHave =
        uri !== '' || node.name.local === 'stylesheet' || node.name.local === 'transform'
      if (version !== undefined && mayHave) return Number(version.value) !== 1
    }
    return false
  }

  attribute(local: string): string | undefined {
    return attributeNode(this.element, local)?.value
  }

  required(local: string): string {
    const value = this.attribute(local)
    if (value === undefined) throw this.invalid(`The attribute '${local}' is missing.`)
    return value
  }

  /** An attribute that says yes or no. */
  isYes(local: string): boolean {
    const value = this.attribute(local)
    if (value === undefined || value === 'no') return false
    if (value !== 'yes') throw this.invalid(`'${value}' is neither 'yes' nor 'no'.`, local)
    return true
  }

  position(local?: string): SourcePosition {
    const attribute = local === undefined ? undefined : attributeNode(this.element, local)
    return this.module.position(attribute?.offset ?? this.element.offset)
  }

  invalid(message: string, local?: string): Error {
    return invalidStylesheet(message, this.position(local))
  }

  unsupported(message: string, local?: string): Error {
    return unsupportedStylesheet(message, this.position(local))
  }

  /** A fault while the stylesheet runs. */
  failed(message: string, local?: string): Error {
    return transformFailed(message, this.position(local))
  }

  /** A name in an attribute, with the namespace of its prefix but not the default one. */
  name(written: string, local: string): XmlName {
    const text = written.trim()
    if (!isQualifiedName(text)) throw this.invalid(`'${written}' is no name.`, local)
    const colon = text.indexOf(':')
    if (colon < 0) return { prefix: '', local: text, uri: '' }
    const prefix = text.slice(0, colon)
    const uri = namespaceOf(this.element, prefix)
    if (uri === undefined) throw this.invalid(`The prefix '${prefix}' is not declared.`, local)
    return { prefix, local: text.slice(colon + 1), uri }
  }

  /** The name in an attribute as a key. */
  key(local: string): string {
    return nameKey(this.name(this.required(local), local))
  }

  /** The names of a list in an attribute, as keys. */
  keys(local: string): string[] {
    return words(this.attribute(local)).map((word) => nameKey(this.name(word, local)))
  }

  /** The expression in an attribute. */
  expression(local: string): Operand {
    return this.compile(this.required(local), local)
  }

  /** Compiles an expression that stands in an attribute, perhaps behind other text. */
  compile(text: string, local: string, start = 0): Operand {
    const base = attributeNode(this.element, local)?.offset ?? this.element.offset
    return compileOperand(text, (offset) => this.module.position(base + start + offset), {
      namespaceOf: (prefix) => namespaceOf(this.element, prefix),
      variable: (name) => this.variable(name),
      extension: (name, call) => this.functions(name, call, this),
    })
  }

  /** The attribute value template in an attribute; undefined where there is none. https://www.w3.org/TR/xslt-10/#attribute-value-templates */
  template(local: string): TextClosure | undefined {
    const attribute = attributeNode(this.element, local)
    return attribute === undefined ? undefined : this.templateOf(attribute)
  }

  /** An attribute as a value template. */
  templateOf({ value, offset }: XmlNode): TextClosure {
    const position = (at: number): SourcePosition => this.module.position(offset + at)
    const parts = splitTemplate(value, (message, at) => invalidStylesheet(message, position(at)))
    const texts = parts.map(({ text, expressionAt }): TextClosure => {
      if (expressionAt === undefined) return () => text
      const operand = compileOperand(text, (at) => position(expressionAt + at), {
        namespaceOf: (prefix) => namespaceOf(this.element, prefix),
        variable: (name) => this.variable(name),
        extension: (name, call) => this.functions(name, call, this),
      })
      return toText(operand)
    })
    const [first, ...others] = texts
    if (first === undefined) return () => ''
    if (others.length === 0) return first
    return (context) => {
      let all = ''
      for (const text of texts) all += text(context)
      return all
    }
  }

  /** The attribute value template when it is text only. */
  constantOf(local: string): string | undefined {
    const value = this.attribute(local)
    return value === undefined || /[{}]/.test(value) ? undefined : value
  }

  /** The elements inside; text among them is a fault where only elements may stand. */
  get elements(): readonly XmlNode[] {
    return this.element.children.filter((child) => {
      if (child.kind === 'text' && !isBlank(child.value))
        throw invalidStylesheet(
          `Text cannot stand in '${this.written}'.`,
          this.module.position(child.offset),
        )
      return child.kind === 'element'
    })
  }

  /** The name of the element as it is written. */
  get written(): string {
    const { prefix, local } = this.element.name
    return prefix === '' ? local : `${prefix}:${local}`
  }

  /** A variable that can be seen here. */
  variable(name: ExpandedName): Operand | undefined {
    const key = nameKey(name)
    const local = this.scope.find(key)
    if (local !== undefined) {
      const { slot, isFragment, isNodes } = local
      return variableOperand((context) => activationOf(context).frame[slot] ?? '', {
        isFragment,
        isNodes,
      })
    }
    const global = this.program.globalsByKey.get(key)
    if (global === undefined) return undefined
    const { index, isFragment } = global
    return variableOperand((context) => activationOf(context).run.global(index), {
      isFragment,
      isNodes: false,
    })
  }
}

function variableOperand(
  evaluate: Extract<Operand, { type: 'any' }>['evaluate'],
  { isFragment, isNodes }: { readonly isFragment: boolean; readonly isNodes: boolean },
): Operand {
  if (!isFragment && !isNodes) return { type: 'any', evaluate }
  const nodes = (context: XPathContext): readonly XmlNode[] => {
    const value = evaluate(context)
    return typeof value === 'object' ? value : []
  }
  return { type: 'nodes', evaluate: nodes, first: (context) => nodes(context)[0], isFragment }
}

/** The words of a list. */
export function words(text: string | undefined): string[] {
  return (text ?? '').split(/[ \t\r\n]+/).filter((word) => word !== '')
}
