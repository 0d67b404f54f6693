import type { XPathContext } from '../xpath/context.ts'
import type { PatternMatch } from './pattern.ts'
import type { ResultBuilder } from './result-builder.ts'

/** What an element of a stylesheet does, compiled. */
export type Instruction = (context: XPathContext, output: ResultBuilder) => void

/** The content of `xsl:template`. Its body is set when all templates are known. */
export interface Template {
  body: Instruction
  readonly precedence: number
  /** The lowest precedence among the modules that its module imports. */
  readonly lowestImport: number
}

/** One alternative of the pattern of a template. */
export interface TemplateRule {
  readonly template: Template
  readonly matches: PatternMatch
  readonly priority: number
  /** The order of the stylesheet: later rules win among equals. */
  readonly order: number
}
