import { stringValue, type XmlNode, type XmlTree } from '../xml/xml-tree.ts'
import type { XPathContext } from '../xpath/context.ts'
import type { Operand } from '../xpath/operand.ts'
import { stringOf } from '../xpath/values.ts'
import type { PatternMatch } from './pattern.ts'
import type { Run } from './run.ts'

/** A declaration `xsl:key`. https://www.w3.org/TR/xslt-10/#key */
export interface KeyDeclaration {
  readonly matches: PatternMatch
  readonly use: Operand
}

type Entries = Map<string, XmlNode[]>

/** The keys of the documents of one transformation, each made at its first use. */
export class KeyIndex {
  readonly #declarations: ReadonlyMap<string, readonly KeyDeclaration[]>
  readonly #run: Run
  readonly #trees = new Map<XmlTree, Map<string, Entries>>()

  constructor(declarations: ReadonlyMap<string, readonly KeyDeclaration[]>, run: Run) {
    this.#declarations = declarations
    this.#run = run
  }

  /** The nodes of a document that have a value of a key, in document order. */
  find(tree: XmlTree, key: string, value: string): readonly XmlNode[] {
    let entries = this.#trees.get(tree)?.get(key)
    if (entries === undefined) {
      entries = this.#index(tree, key)
      const known = this.#trees.get(tree) ?? new Map<string, Entries>()
      known.set(key, entries)
      this.#trees.set(tree, known)
    }
    return entries.get(value) ?? []
  }

  #index(tree: XmlTree, key: string): Entries {
    const entries: Entries = new Map()
    const declarations = this.#declarations.get(key) ?? []
    const context = this.#run.context(tree.root)
    const add = (node: XmlNode): void => {
      for (const { matches, use } of declarations) {
        if (!matches(node, context)) continue
        context.node = node
        context.current = node
        for (const value of valuesOf(use, context)) addEntry(entries, value, node)
      }
    }
    const visit = (node: XmlNode): void => {
      this.#run.budget.spend(1 + node.attributes.length)
      add(node)
      for (const attribute of node.attributes) add(attribute)
      for (const child of node.children) visit(child)
    }
    visit(tree.root)
    return entries
  }
}

function valuesOf(use: Operand, context: XPathContext): readonly string[] {
  const value = use.evaluate(context)
  return typeof value === 'object' ? value.map(stringValue) : [stringOf(value)]
}

function addEntry(entries: Entries, value: string, node: XmlNode): void {
  const found = entries.get(value)
  if (found === undefined) entries.set(value, [node])
  else if (found.at(-1) !== node) found.push(node)
}
