import type { XmlNode, XmlNodeKind } from '../xml/xml-tree.ts'
import type { XPathContext } from '../xpath/context.ts'
import type { PatternSubject } from './pattern.ts'
import type { TemplateRule } from './template.ts'

/** The rules of one mode, arranged by what they can match. https://www.w3.org/TR/xslt-10/#conflict */
export class TemplateRules {
  readonly #rules: { readonly rule: TemplateRule; readonly subject: PatternSubject }[] = []
  /** The rules for the names that rules ask for, empty until the first node; and those for all other nodes. */
  readonly #named = {
    element: new Map<string, readonly TemplateRule[]>(),
    attribute: new Map<string, readonly TemplateRule[]>(),
  }
  readonly #unnamed: Partial<Record<XmlNodeKind, readonly TemplateRule[]>> = {}

  add(rule: TemplateRule, subject: PatternSubject): void {
    this.#rules.push({ rule, subject })
    const { kind, local } = subject
    if (local !== undefined) this.#named[kind === 'attribute' ? kind : 'element'].set(local, [])
  }

  /** The rule for a node: the one of highest import precedence, then priority, then the last. */
  find(node: XmlNode, context: XPathContext): TemplateRule | undefined {
    for (const rule of this.#candidatesFor(node)) if (rule.matches(node, context)) return rule
    return undefined
  }

  /** The rule for a node among those that the module of a rule imports. */
  findImported(
    node: XmlNode,
    context: XPathContext,
    { template }: TemplateRule,
  ): TemplateRule | undefined {
    for (const rule of this.#candidatesFor(node)) {
      const { precedence } = rule.template
      if (precedence >= template.precedence || precedence < template.lowestImport) continue
      if (rule.matches(node, context)) return rule
    }
    return undefined
  }

  // Names come from the input: those that no rule asks for share one list.
  #candidatesFor(node: XmlNode): readonly TemplateRule[] {
    const { kind } = node
    if (kind === 'element' || kind === 'attribute') {
      const named = this.#named[kind]
      const { local } = node.name
      const known = named.get(local)
      if (known !== undefined) {
        if (known.length === 0) named.set(local, this.#strongest(node))
        return named.get(local) ?? known
      }
    }
    this.#unnamed[kind] ??= this.#strongest(node)
    return this.#unnamed[kind]
  }

  #strongest(node: XmlNode): readonly TemplateRule[] {
    return this.#rules
      .filter(({ subject }) => mayMatch(subject, node))
      .map(({ rule }) => rule)
      .toSorted(byStrength)
  }
}

function mayMatch(subject: PatternSubject, { kind, name }: XmlNode): boolean {
  if (subject.kind === 'any') return true
  const isOther = kind !== 'element' && kind !== 'attribute'
  if (subject.kind === 'other') return isOther
  return subject.kind === kind && (subject.local === undefined || subject.local === name.local)
}

function byStrength(left: TemplateRule, right: TemplateRule): number {
  return (
    right.template.precedence - left.template.precedence ||
    right.priority - left.priority ||
    right.order - left.order
  )
}
