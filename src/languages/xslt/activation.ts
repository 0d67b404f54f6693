import assert from 'node:assert/strict'
import type { Budget } from '../xpath/budget.ts'
import type { XPathContext, XPathScope, XPathValue } from '../xpath/context.ts'
import type { Run } from './run.ts'
import type { Template, TemplateRule } from './template.ts'

/** Values that a template is called with. */
export type Passed = ReadonlyMap<string, XPathValue>

const noVariables: ReadonlyMap<string, XPathValue> = new Map()

/** One call of a template: its variables and what it was called for. */
export class Activation implements XPathScope {
  readonly run: Run
  readonly budget: Budget
  readonly variables = noVariables
  readonly frame: XPathValue[] = []
  readonly passed: Passed | undefined
  /** The mode, and the rule that is current for `xsl:apply-imports`. */
  readonly mode: string
  rule: TemplateRule | undefined
  /** A call that ends this one: it takes its place instead of going deeper. */
  next: { readonly template: Template; readonly passed: Passed | undefined } | undefined

  constructor(
    run: Run,
    {
      mode = '',
      rule,
      passed,
    }: { mode?: string; rule?: TemplateRule | undefined; passed?: Passed | undefined } = {},
  ) {
    this.run = run
    this.budget = run.budget
    this.mode = mode
    this.rule = rule
    this.passed = passed
  }
}

/** The call of a template that a context belongs to. */
export function activationOf({ scope }: XPathContext): Activation {
  assert(scope instanceof Activation)
  return scope
}
