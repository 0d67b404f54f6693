import type { XmlNode } from '../xml/xml-tree.ts'
import { activationOf } from './activation.ts'
import type { BodyCompiler, InstructionCompiler } from './body-compiler.ts'
import { checkElement } from './check-element.ts'
import {
  compileApplyImports,
  compileApplyTemplates,
  compileCallTemplate,
} from './instructions/call.ts'
import {
  compileAttribute,
  compileComment,
  compileCopy,
  compileCopyOf,
  compileElement,
  compileInstruction,
  compileText,
  compileValueOf,
} from './instructions/construct.ts'
import { compileChoose, compileForEach, compileIf } from './instructions/flow.ts'
import { compileLiteralElement, isExtensionElement } from './instructions/literal-element.ts'
import { compileMessage } from './instructions/message.ts'
import { compileNumber } from './instructions/number.ts'
import { compileParameter, compileVariable } from './instructions/variable.ts'
import { instructionDepthMax } from './limits.ts'
import { LocalScope } from './local-scope.ts'
import { xsltNamespace } from './names.ts'
import { ResultBuilder } from './result-builder.ts'
import type { Site, TextClosure } from './site.ts'
import type { Instruction } from './template.ts'
import { TextSink } from './text-sink.ts'

const compilers: Readonly<Record<string, InstructionCompiler>> = {
  'apply-imports': compileApplyImports,
  'apply-templates': compileApplyTemplates,
  attribute: compileAttribute,
  'call-template': compileCallTemplate,
  choose: compileChoose,
  comment: compileComment,
  copy: compileCopy,
  'copy-of': compileCopyOf,
  element: compileElement,
  'for-each': compileForEach,
  if: compileIf,
  message: compileMessage,
  number: compileNumber,
  'processing-instruction': compileInstruction,
  text: compileText,
  'value-of': compileValueOf,
  variable: compileVariable,
}

const nothing: Instruction = () => {}

/** Compiles the content of templates. https://www.w3.org/TR/xslt-10/#section-Creating-the-Result-Tree */
export class ContentCompiler implements BodyCompiler {
  #depth = 0

  body(
    site: Site,
    {
      nodes = site.element.children,
      isTail = false,
    }: { nodes?: readonly XmlNode[]; isTail?: boolean } = {},
  ): Instruction {
    this.#depth += 1
    if (this.#depth > instructionDepthMax) throw site.invalid('The elements are nested too deeply.')
    const scope = new LocalScope(site.scope)
    const relevant = nodes.filter(({ kind }) => kind === 'element' || kind === 'text')
    const instructions = relevant.map((node, index) =>
      this.#node(site.at(node, scope), isTail && index === relevant.length - 1),
    )
    this.#depth -= 1
    return inSequence(instructions)
  }

  /** The content of `xsl:template`, which starts with its parameters. */
  template(site: Site): Instruction {
    const { children } = site.element
    const scope = new LocalScope(site.scope)
    let first = 0
    const parameters: Instruction[] = []
    for (const child of children) {
      if (child.kind === 'element') {
        if (child.name.uri !== xsltNamespace || child.name.local !== 'param') break
        const own = site.at(child, scope)
        checkElement(own)
        parameters.push(compileParameter(own, this))
      } else if (child.kind === 'text') break
      first += 1
    }
    const body = this.body(site.at(site.element, scope), {
      nodes: children.slice(first),
      isTail: true,
    })
    return inSequence([...parameters, body])
  }

  text(site: Site): TextClosure {
    const nodes = site.element.children.filter(({ kind }) => kind === 'element' || kind === 'text')
    if (nodes.length === 0) return () => ''
    if (nodes.every(({ kind }) => kind === 'text')) {
      const text = nodes.map(({ value }) => value).join('')
      return () => text
    }
    const body = this.body(site)
    return (context) => {
      const sink = new TextSink((message) => site.failed(message))
      body(context, new ResultBuilder(sink, activationOf(context).run))
      return sink.output
    }
  }

  #node(site: Site, isTail: boolean): Instruction {
    const { element } = site
    if (element.kind === 'text') {
      const { value } = element
      return (_context, output) => output.text(value)
    }
    if (element.name.uri === xsltNamespace) return this.#instruction(site, isTail)
    if (isExtensionElement(element)) return this.#unknown(site, `extension element`)
    return compileLiteralElement(site, this)
  }

  #instruction(site: Site, isTail: boolean): Instruction {
    const { local } = site.element.name
    if (local === 'fallback') return nothing
    const compile = Object.hasOwn(compilers, local) ? compilers[local] : undefined
    if (compile === undefined && site.isForward) return this.#unknown(site, 'instruction')
    checkElement(site)
    if (compile === undefined) throw site.invalid(`'${site.written}' cannot stand here.`)
    return compile(site, this, isTail)
  }

  // What is not known runs its `xsl:fallback`. https://www.w3.org/TR/xslt-10/#fallback
  #unknown(site: Site, what: string): Instruction {
    const fallbacks = site.element.children.filter(
      ({ kind, name }) =>
        kind === 'element' && name.uri === xsltNamespace && name.local === 'fallback',
    )
    if (fallbacks.length > 0)
      return inSequence(fallbacks.map((element) => this.body(site.at(element))))
    const message = `There is no ${what} '${site.written}' here.`
    if (!site.isForward && !site.program.asksFor(site.written)) throw site.unsupported(message)
    return () => {
      throw site.failed(message)
    }
  }
}

function inSequence(instructions: readonly Instruction[]): Instruction {
  const [first, second, third, ...others] = instructions
  if (first === undefined) return nothing
  if (second === undefined) return first
  if (third === undefined) {
    return (context, output) => {
      first(context, output)
      second(context, output)
    }
  }
  if (others.length === 0) {
    return (context, output) => {
      first(context, output)
      second(context, output)
      third(context, output)
    }
  }
  return (context, output) => {
    for (const instruction of instructions) instruction(context, output)
  }
}
