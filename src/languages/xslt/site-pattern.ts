import type { SourcePosition } from '../../base/errors.ts'
import { attributeNode, namespaceOf } from '../xml/xml-tree.ts'
import { compileParsed } from '../xpath/compile.ts'
import { compilePattern, type Pattern } from './pattern.ts'
import type { Site } from './site.ts'

/** The alternatives of the pattern in an attribute. */
export function compileSitePattern(site: Site, local: string): Pattern[] {
  const text = site.required(local)
  const base = attributeNode(site.element, local)?.offset ?? 0
  const position = (offset: number): SourcePosition => site.module.position(base + offset)
  return compileParsed(text, position, {
    options: {
      namespaceOf: (prefix) => namespaceOf(site.element, prefix),
      variable: (name) => site.variable(name),
      extension: (name, call) => site.functions(name, call, site),
    },
    compile: compilePattern,
  })
}
