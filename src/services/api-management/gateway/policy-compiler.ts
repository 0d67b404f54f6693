import { SourceError } from '../../../base/errors.ts'
import { type PolicyElement, parsePolicyDocument } from '../../../languages/xml/policy-document.ts'
import { policyBytesMax, policyDepthMax, policyStepsMax } from '../limits.ts'
import { isExpression } from '../named-value.ts'
import { namesIn, replacePlaceholders } from '../placeholders.ts'
import { findPolicy, refusedPolicies } from '../policy-table.ts'
import type { PolicyScope, Section } from './policy-error.ts'
import { CompiledSequence } from './policy-sequence.ts'
import { PolicySource } from './policy-source.ts'
import {
  type PlacedStep,
  type PolicyDefinition,
  type PolicyEnvironment,
  PolicyUsage,
} from './policy-step.ts'

const sections = ['inbound', 'backend', 'outbound', 'on-error'] as const

/** The policies of a section, and where those of the enclosing scope go. */
export type SectionItem = PlacedStep | 'base'

/** A policy document, ready to run. */
export interface PolicyDocument {
  readonly sections: Readonly<Record<Section, readonly SectionItem[]>>
  /** Named values that are part of what was compiled: when one changes, the document is compiled again. */
  readonly baked: ReadonlySet<string>
  readonly fragments: ReadonlySet<string>
}

/** What a document may refer to. */
export type PolicyReferences = Pick<
  PolicyEnvironment,
  'namedValue' | 'backend' | 'logger' | 'hasEventHubs' | 'hasServiceBus'
> & {
  /** The text of a fragment, or `undefined`. */
  fragmentText(id: string): string | undefined
}

/** Compiles a whole `<policies>` document; throws `SourceError` for anything in it that cannot run. */
export function compilePolicies(
  text: string,
  options: { scope: PolicyScope; references: PolicyReferences; without?: ReadonlySet<string> },
): PolicyDocument {
  const compiler = new PolicyCompiler(options)
  return compiler.document(text)
}

/** Checks a `<fragment>`, whose policies run in the section that includes it. */
export function checkFragment(text: string, references: PolicyReferences): void {
  new PolicyCompiler({ scope: 'global', references }).fragment(text)
}

class PolicyCompiler {
  readonly #scope: PolicyScope
  readonly #references: PolicyReferences
  readonly #without: ReadonlySet<string> | undefined
  readonly #baked = new Set<string>()
  readonly #fragments = new Set<string>()
  readonly #read = new Map<PolicyElement, Set<string>>()
  readonly #steps = new Set<PolicyElement>()
  #depth = 0
  #stepCount = 0
  #section: Section = 'inbound'
  #isFragment = false

  constructor(options: {
    scope: PolicyScope
    references: PolicyReferences
    without?: ReadonlySet<string>
  }) {
    this.#scope = options.scope
    this.#without = options.without
    this.#references = options.references
  }

  document(text: string): PolicyDocument {
    const root = this.#parse(text)
    if (root.name !== 'policies') throw faultAt("the root element must be 'policies'.", root)
    const found = new Map<Section, readonly SectionItem[]>()
    for (const element of root.children) {
      const section = sections.find((each) => each === element.name)
      if (section === undefined) {
        throw faultAt(`'${element.name}' is not a section: ${sections.join(', ')}.`, element)
      }
      if (found.has(section)) throw faultAt(`'${section}' may stand here only once.`, element)
      found.set(section, this.#sectionItems(section, element))
    }
    return {
      sections: {
        inbound: found.get('inbound') ?? [],
        backend: found.get('backend') ?? [],
        outbound: found.get('outbound') ?? [],
        'on-error': found.get('on-error') ?? [],
      },
      baked: this.#baked,
      fragments: this.#fragments,
    }
  }

  fragment(text: string): void {
    const root = this.#parse(text)
    if (root.name !== 'fragment') throw faultAt("the root element must be 'fragment'.", root)
    this.#isFragment = true
    this.#sequence(root.children, { usage: new PolicyUsage(), path: '' })
  }

  #parse(text: string): PolicyElement {
    if (Buffer.byteLength(text) > policyBytesMax) {
      throw new SourceError(
        'ValidationError',
        `the document is larger than ${policyBytesMax} bytes.`,
        { line: 1, column: 1 },
      )
    }
    return parsePolicyDocument(this.#bakeStructure(text))
  }

  // A named value that is an expression, or that stands where a name stands, is part of the text before it is read.
  #bakeStructure(text: string): string {
    const baked = new Map<string, string | undefined>()
    for (const name of namesIn(text)) {
      const value = this.#references.namedValue(name)
      const isBaked = value !== undefined && (isExpression(value) || isNamePlace(text, name))
      if (isBaked) this.#baked.add(name)
      baked.set(name, isBaked ? value : undefined)
    }
    return replacePlaceholders(text, (name) => baked.get(name))
  }

  #sectionItems(section: Section, element: PolicyElement): readonly SectionItem[] {
    this.#section = section
    const counts = new Map<string, number>()
    return element.children.map((child): SectionItem => {
      if (child.name !== 'base') return this.#step(child, { counts, path: '', usage: undefined })
      if (this.#scope === 'global') throw faultAt("'base' has no meaning at global scope.", child)
      return 'base'
    })
  }

  #sequence(
    elements: readonly PolicyElement[],
    place: { usage: PolicyUsage; path: string },
  ): CompiledSequence {
    const counts = new Map<string, number>()
    const steps = elements.map((each) => {
      if (each.name === 'base') throw faultAt("'base' may stand only directly in a section.", each)
      return this.#step(each, { counts, path: place.path, usage: place.usage })
    })
    return new CompiledSequence(steps)
  }

  #step(
    element: PolicyElement,
    place: { counts: Map<string, number>; path: string; usage: PolicyUsage | undefined },
  ): PlacedStep {
    const definition = findPolicy(element.name)
    if (!definition) throw unknownPolicy(element)
    this.#check(definition, element)
    const number = (place.counts.get(element.name) ?? 0) + 1
    place.counts.set(element.name, number)
    const path = `${place.path === '' ? '' : `${place.path}/`}${element.name}[${number}]`
    const usage = new PolicyUsage(place.usage)
    this.#steps.add(element)
    this.#stepCount += 1
    if (this.#stepCount > policyStepsMax)
      throw faultAt('the document has too many policies.', element)
    this.#depth += 1
    if (this.#depth > policyDepthMax) throw faultAt('policies are nested too deeply.', element)
    const source = new PolicySource(element, {
      environment: this.#environment(path),
      usage,
      policy: element.name,
    })
    const run = definition.compile(source)
    this.#checkInside(element)
    this.#depth -= 1
    const id = source.literal('id') ?? null
    return { policy: element.name, id, scope: this.#scope, path, usage, run }
  }

  #check(definition: PolicyDefinition, element: PolicyElement): void {
    if (!this.#isFragment && !definition.sections.includes(this.#section)) {
      throw faultAt(`'${element.name}' is not allowed in the section '${this.#section}'.`, element)
    }
    if (!this.#isFragment && definition.scopes && !definition.scopes.includes(this.#scope)) {
      throw faultAt(`'${element.name}' is not allowed at ${this.#scope} scope.`, element)
    }
    if (this.#without?.has(definition.name)) {
      throw faultAt(`'${element.name}' is not allowed for a WebSocket API.`, element)
    }
    for (const attribute of element.attributes) {
      if (attribute.name === 'id' || definition.attributes.includes(attribute.name)) continue
      throw faultAt(`The '${attribute.name}' attribute is not declared.`, attribute, element)
    }
    const allowed = definition.elements ?? []
    for (const child of element.children) {
      if (allowed.includes('*') || allowed.includes(child.name)) continue
      throw faultAt(`'${child.name}' is not allowed in '${element.name}'.`, child)
    }
    const isText = element.text && (element.text.kind === 'expression' || element.text.text.trim())
    if (isText && !definition.hasText) {
      throw faultAt(`'${element.name}' must not contain text.`, element)
    }
  }

  #noteRead(element: PolicyElement, attribute?: string): void {
    const names = this.#read.get(element) ?? new Set()
    if (attribute !== undefined) names.add(attribute)
    this.#read.set(element, names)
  }

  // What stands inside a policy and was not looked at means nothing: it must not seem to.
  #checkInside(element: PolicyElement): void {
    for (const child of element.children) {
      if (this.#steps.has(child)) continue
      const names = this.#read.get(child)
      if (!names) throw faultAt(`'${child.name}' is not allowed in '${element.name}'.`, child)
      for (const attribute of child.attributes) {
        if (names.has(attribute.name)) continue
        throw faultAt(`The '${attribute.name}' attribute is not declared.`, attribute, child)
      }
      this.#checkInside(child)
    }
  }

  #environment(path: string): PolicyEnvironment {
    return {
      scope: this.#scope,
      section: this.#section,
      namedValue: (name) => this.#references.namedValue(name),
      backend: (id) => this.#references.backend(id),
      logger: (id) => this.#references.logger(id),
      hasEventHubs: this.#references.hasEventHubs,
      hasServiceBus: this.#references.hasServiceBus,
      fragment: (id) => {
        const text = this.#references.fragmentText(id)
        if (text === undefined) return undefined
        this.#fragments.add(id.toLowerCase())
        return { elements: this.#parse(text).children }
      },
      noteRead: (element, attribute) => this.#noteRead(element, attribute),
      compileSequence: (elements, place) =>
        this.#sequence(elements, {
          usage: place.usage,
          path: `${path}${place.path === '' ? '' : `/${place.path}`}`,
        }),
      fault: (message, at) =>
        new SourceError('ValidationError', message, { line: at.line, column: at.column }),
    }
  }
}

function isNamePlace(text: string, name: string): boolean {
  return new RegExp(`<[^<>"']*\\{\\{\\s*${name.replaceAll('.', '\\.')}\\s*\\}\\}`).test(text)
}

function unknownPolicy(element: PolicyElement): SourceError {
  const reason = refusedPolicies.get(element.name)
  return faultAt(
    reason === undefined
      ? `'${element.name}' is not a policy.`
      : `The policy '${element.name}' is not supported: ${reason}`,
    element,
  )
}

function faultAt(
  message: string,
  at: { line: number; column: number },
  element?: PolicyElement,
): SourceError {
  const name = element?.name ?? ('name' in at && typeof at.name === 'string' ? at.name : '')
  const where = { line: at.line, column: at.column }
  return new SourceError('ValidationError', `Error in element '${name}': ${message}`, where)
}
