import type { SourcePosition } from '../../base/errors.ts'
import { parseXml } from '../xml/parse-xml.ts'
import type { XmlNode, XmlTree } from '../xml/xml-tree.ts'
import { Budget } from '../xpath/budget.ts'
import { XPathContext, type XPathValue } from '../xpath/context.ts'
import { Activation, type Passed } from './activation.ts'
import { KeyIndex } from './key-index.ts'
import {
  documentsMax,
  messagesMax,
  outputLengthMax,
  resultDepthMax,
  templateCallSteps,
  templateDepthMax,
  transformStepsMax,
} from './limits.ts'
import type { Program } from './program.ts'
import { ResultBuilder, type OutputMeter } from './result-builder.ts'
import { transformFailed } from './stylesheet-error.ts'
import type { ReadFile } from './stylesheet-module.ts'
import type { Instruction, Template, TemplateRule } from './template.ts'
import { TreeSink } from './tree-sink.ts'

/** What a transformation is given. */
export interface RunOptions {
  readonly program: Program
  readonly source: XmlNode
  /** Values of the stylesheet's parameters by name. */
  readonly parameters: Passed
  readonly readFile: ReadFile | undefined
  readonly stepsMax?: number | undefined
}

/** One transformation: what it has made and counted so far. Nothing of it outlives the result. */
export class Run implements OutputMeter {
  readonly program: Program
  readonly source: XmlNode
  readonly budget: Budget
  readonly keys: KeyIndex
  /** A context for patterns, which bring their own node. */
  readonly patternContext: XPathContext
  readonly messages: string[] = []
  /** What each `xsl:number` counted last. */
  readonly counts = new Map<object, { readonly node: XmlNode; readonly number: number }>()
  readonly #parameters: Passed
  readonly #readFile: ReadFile | undefined
  readonly #globals: (XPathValue | undefined)[] = []
  readonly #evaluating = new Set<number>()
  readonly #documents = new Map<string, XmlNode | undefined>()
  readonly #identifiers = new Map<XmlTree, number>()
  #trees = 1
  #depth = 0
  #produced = 0

  constructor({ program, source, parameters, readFile, stepsMax }: RunOptions) {
    this.program = program
    this.source = source
    this.#parameters = parameters
    this.#readFile = readFile
    this.budget = new Budget(stepsMax ?? transformStepsMax)
    this.keys = new KeyIndex(program.keys, this)
    this.patternContext = this.context(source)
  }

  produce(characters: number): void {
    this.#produced += characters
    if (this.#produced > outputLengthMax)
      throw transformFailed('The result is too long.', this.program.position)
  }

  checkDepth(depth: number): void {
    if (depth > resultDepthMax)
      throw transformFailed('The result is nested too deeply.', this.program.position)
  }

  /** The value of a global variable: made when it is first asked for. */
  global(index: number): XPathValue {
    const known = this.#globals[index]
    if (known !== undefined) return known
    const variable = this.program.globals[index]
    if (variable === undefined) throw new Error(`No global variable ${index}`)
    if (this.#evaluating.has(index))
      throw transformFailed(
        `The variable '$${variable.name}' refers to itself.`,
        variable.position(),
      )
    this.#evaluating.add(index)
    const passed = variable.isParameter ? this.#parameters.get(variable.key) : undefined
    const value = passed ?? variable.value(this.context(this.source))
    this.#evaluating.delete(index)
    this.#globals[index] = value
    return value
  }

  /** A context outside of templates. */
  context(node: XmlNode): XPathContext {
    return new XPathContext(node, new Activation(this))
  }

  /** Calls a template for a node. */
  call(
    template: Template,
    place: { readonly node: XmlNode; readonly position: number; readonly size: number },
    output: ResultBuilder,
    how: {
      readonly mode: string
      readonly rule?: TemplateRule | undefined
      readonly passed?: Passed | undefined
    },
  ): void {
    this.enter()
    let activation = new Activation(this, how)
    let body = template.body
    for (;;) {
      this.budget.spend(templateCallSteps)
      body(new XPathContext(place.node, activation, place.position, place.size), output)
      const { next } = activation
      if (next === undefined) break
      activation = new Activation(this, {
        mode: how.mode,
        rule: activation.rule,
        passed: next.passed,
      })
      body = next.template.body
    }
    this.leave()
  }

  /** Goes one template deeper. */
  enter(): void {
    this.#depth += 1
    if (this.#depth > templateDepthMax)
      throw transformFailed('The templates call each other too deeply.', this.program.position)
  }

  leave(): void {
    this.#depth -= 1
  }

  /** A result tree fragment: what instructions make, as a tree. */
  fragment(context: XPathContext, body: Instruction, uri: string): XmlNode {
    const sink = new TreeSink({ uri, number: this.nextTree() })
    body(context, new ResultBuilder(sink, this))
    return sink.end()
  }

  /** The number of a tree that is made during the transformation. */
  nextTree(): number {
    this.#trees += 1
    this.budget.spend(templateCallSteps)
    return this.#trees
  }

  /** A document by its path; throws where nothing can be read. */
  document(path: string, position: () => SourcePosition): XmlNode {
    const known = this.#documents.get(path)
    if (known !== undefined) return known
    if (this.#documents.size >= documentsMax)
      throw transformFailed('Too many documents are read.', position())
    const module = this.program.moduleNamed(path)
    const text = module?.text ?? this.#readFile?.(path)
    if (text === undefined)
      throw transformFailed(`The document '${path}' cannot be read here.`, position())
    const stripsBlanks = module === undefined ? this.program.stripsBlanks : undefined
    const root = parseXml(text, {
      uri: path,
      number: this.nextTree(),
      ...(stripsBlanks === undefined ? {} : { stripsBlanks }),
    })
    this.#documents.set(path, root)
    return root
  }

  /** A name for a node that no other node of this transformation has. */
  identifier(node: XmlNode): string {
    const known = this.#identifiers.get(node.tree)
    const tree = known ?? this.#identifiers.size
    if (known === undefined) this.#identifiers.set(node.tree, tree)
    const own = node.kind === 'namespace' ? `n${node.index}` : ''
    return `id${tree}x${node.order}${own}`
  }

  note(message: string): void {
    if (this.messages.length < messagesMax) this.messages.push(message)
  }
}
