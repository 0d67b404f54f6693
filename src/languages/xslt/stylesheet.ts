import { SourceError } from '../../base/errors.ts'
import { parseXml } from '../xml/parse-xml.ts'
import type { XmlNode } from '../xml/xml-tree.ts'
import type { XPathValue } from '../xpath/context.ts'
import { compileProgram, parameterKey } from './compile-stylesheet.ts'
import { applyTemplates } from './instructions/call.ts'
import { loadModules } from './load-modules.ts'
import { ChosenOutput } from './output-choice.ts'
import type { OutputMethod } from './output-definition.ts'
import type { Program } from './program.ts'
import { ResultBuilder } from './result-builder.ts'
import { Run } from './run.ts'
import { transformFailed } from './stylesheet-error.ts'
import { StylesheetModule, type ReadFile } from './stylesheet-module.ts'
import { stripTree } from './strip-tree.ts'

/** How a stylesheet is compiled. */
export interface CompileStylesheetOptions {
  /** The path of the stylesheet: errors name it, and what it imports is found from there. */
  readonly name?: string
  /** Gives imported stylesheets and the documents of `document()`; without it there are none. */
  readonly readFile?: ReadFile
}

/** What a transformation is given beside its input. */
export interface TransformOptions {
  /** Values for the `xsl:param` of the stylesheet by name. */
  readonly parameters?: Readonly<Record<string, XPathValue>>
  /** The path of the input, from which `document()` finds others. */
  readonly name?: string
  /** How many steps it may take. */
  readonly stepsMax?: number
}

/** What a transformation made. */
export interface TransformResult {
  readonly text: string
  readonly method: OutputMethod
  readonly mediaType: string
  /** The encoding that the text says it has; the caller encodes it. */
  readonly encoding: string
  /** What `xsl:message` said. */
  readonly messages: readonly string[]
}

/** A compiled stylesheet: it can be used any number of times. */
export interface Stylesheet {
  transform(input: string | XmlNode, options?: TransformOptions): TransformResult
}

/**
 * Compiles a stylesheet of XSLT 1.0. What is wrong or not supported is a `SourceError` with its place.
 * https://www.w3.org/TR/xslt-10/
 */
export function compileStylesheet(
  text: string,
  { name = 'stylesheet.xslt', readFile }: CompileStylesheetOptions = {},
): Stylesheet {
  const main = new StylesheetModule(text, name)
  const program = compileProgram(main, loadModules(main, readFile))
  return { transform: (input, options) => transform(program, readFile, input, options) }
}

function transform(
  program: Program,
  readFile: ReadFile | undefined,
  input: string | XmlNode,
  { parameters = {}, name = 'input.xml', stepsMax }: TransformOptions = {},
): TransformResult {
  const source = sourceOf(input, name, program)
  const passed = Object.entries(parameters).map(
    ([key, value]) => [parameterKey(key), value] as const,
  )
  const run = new Run({ program, source, parameters: new Map(passed), readFile, stepsMax })
  const sink = new ChosenOutput(program.output)
  guard(program, () => applyTemplates([source], { run, mode: '' }, new ResultBuilder(sink, run)))
  const text = sink.output
  const { method } = sink
  return {
    text,
    method,
    mediaType: program.output.get('media-type') ?? mediaTypes[method],
    encoding: program.output.encoding,
    messages: run.messages,
  }
}

const mediaTypes: Readonly<Record<OutputMethod, string>> = {
  xml: 'text/xml',
  html: 'text/html',
  text: 'text/plain',
}

function sourceOf(input: string | XmlNode, uri: string, { stripsBlanks }: Program): XmlNode {
  if (typeof input === 'string')
    return parseXml(input, { uri, number: 1, ...(stripsBlanks ? { stripsBlanks } : {}) })
  return stripsBlanks === undefined ? input.tree.root : stripTree(input.tree.root, stripsBlanks)
}

// Templates deeper than the stack of the thread are a fault of the stylesheet, as those deeper than the limit are.
function guard(program: Program, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (error instanceof RangeError && /call stack/.test(error.message))
      throw transformFailed('The templates call each other too deeply.', program.position)
    if (error instanceof SourceError && error.code === 'TooManySteps')
      throw transformFailed('The transformation takes too many steps.', program.position)
    throw error
  }
}
