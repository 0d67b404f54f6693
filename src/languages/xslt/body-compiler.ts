import type { XmlNode } from '../xml/xml-tree.ts'
import type { TextClosure, Site } from './site.ts'
import type { Instruction } from './template.ts'

/** What compiles the content of elements; instructions are given it, so that none knows the others. */
export interface BodyCompiler {
  /** The content of an element. `isTail`: nothing follows it in its template. */
  body(site: Site, options?: { nodes?: readonly XmlNode[]; isTail?: boolean }): Instruction
  /** The text that the content of an element makes. */
  text(site: Site): TextClosure
}

/** Compiles one kind of element. */
export type InstructionCompiler = (
  site: Site,
  compiler: BodyCompiler,
  isTail: boolean,
) => Instruction
