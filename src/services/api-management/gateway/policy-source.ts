import { SourceError } from '../../../base/errors.ts'
import {
  type PolicyAttribute,
  type PolicyElement,
  type PolicyText,
} from '../../../languages/xml/policy-document.ts'
import type { CompiledSequence } from './policy-sequence.ts'
import type { GatewayCall } from './gateway-call.ts'
import { compileText } from './policy-text.ts'
import { type PolicyEnvironment, type PolicyUsage } from './policy-step.ts'
import { toFlag, toText, toWholeNumber } from './policy-value.ts'

/** Something that a call gives a value to; `constant` where it is the same for each call. */
export interface Value<T> {
  readonly constant?: T
  read(call: GatewayCall): T
}

/** An element of a policy document, as the policy it belongs to reads it when the document is saved. */
export class PolicySource {
  readonly element: PolicyElement
  readonly environment: PolicyEnvironment
  readonly usage: PolicyUsage
  /** The policy that the element is, or is part of. */
  readonly policy: string

  constructor(
    element: PolicyElement,
    owner: { environment: PolicyEnvironment; usage: PolicyUsage; policy: string },
  ) {
    this.element = element
    this.environment = owner.environment
    this.usage = owner.usage
    this.policy = owner.policy
  }

  get name(): string {
    return this.element.name
  }

  has(attribute: string): boolean {
    return this.#attribute(attribute) !== undefined
  }

  /** Whatever the attribute gives: an expression keeps the type of its value. */
  any(attribute: string): Value<unknown> | undefined {
    const found = this.#attribute(attribute)
    return found && this.#compile(found.value)
  }

  text(attribute: string): Value<string> | undefined {
    return this.#converted(attribute, toText)
  }

  requiredText(attribute: string): Value<string> {
    return this.text(attribute) ?? this.#missing(attribute)
  }

  /** The text of an attribute that may not be an expression. */
  literal(attribute: string): string | undefined {
    const value = this.text(attribute)
    if (value === undefined) return undefined
    if (value.constant !== undefined) return value.constant
    throw this.fault(`the attribute '${attribute}' must not be an expression`, attribute)
  }

  requiredLiteral(attribute: string): string {
    return this.literal(attribute) ?? this.#missing(attribute)
  }

  flag(attribute: string): Value<boolean> | undefined {
    return this.#converted(attribute, toFlag)
  }

  count(attribute: string, range: { min?: number; max?: number } = {}): Value<number> | undefined {
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = range
    return this.#converted(attribute, (value) => {
      const count = toWholeNumber(value)
      if (count >= min && count <= max) return count
      throw new RangeError(`must be from ${min} to ${max}, not ${count}`)
    })
  }

  requiredCount(attribute: string, range: { min?: number; max?: number } = {}): Value<number> {
    return this.count(attribute, range) ?? this.#missing(attribute)
  }

  choice<const T extends string>(attribute: string, choices: readonly T[]): Value<T> | undefined {
    return this.#converted(attribute, (value) => {
      const found = choices.find((each) => each === toText(value))
      if (found !== undefined) return found
      throw new RangeError(`must be one of ${choices.join(', ')}, not '${toText(value)}'`)
    })
  }

  /** The text inside the element, with an expression in it evaluated. */
  content(options: { isTemplate?: boolean } = {}): Value<unknown> {
    const { text } = this.element
    if (!text) return { constant: '', read: () => '' }
    if (text.kind === 'expression' || !options.isTemplate) return this.#compile(text)
    return this.#compile(text, { lenient: true })
  }

  contentText(): Value<string> {
    return converted(this.content(), toText, (message) => this.fault(message))
  }

  /** The elements inside, or those of a name. */
  children(name?: string): readonly PolicySource[] {
    return this.element.children
      .filter((each) => name === undefined || each.name === name)
      .map((each) => {
        this.environment.noteRead(each)
        return new PolicySource(each, this)
      })
  }

  child(name: string): PolicySource | undefined {
    const [first, second] = this.children(name)
    if (second) throw second.fault(`'${name}' may stand here only once`)
    return first
  }

  /** The policies inside, to run one after the other. */
  sequence(options: { except?: readonly string[]; path?: string } = {}): CompiledSequence {
    const elements = this.element.children.filter((each) => !options.except?.includes(each.name))
    return this.environment.compileSequence(elements, {
      usage: this.usage,
      path: options.path ?? this.name,
    })
  }

  /** A fault in the document, with the place of the element or of one of its attributes. */
  fault(message: string, attribute?: string): SourceError {
    const at = (attribute === undefined ? undefined : this.#attribute(attribute)) ?? this.element
    return this.environment.fault(`Error in element '${this.name}': ${message}`, at)
  }

  /** A fault in an expression, with its place in the document. */
  expressionFault(message: string, at: { line: number; column: number }): SourceError {
    return this.environment.fault(`Error in element '${this.name}': ${message}`, at)
  }

  #attribute(name: string): PolicyAttribute | undefined {
    this.environment.noteRead(this.element, name)
    return this.element.attributes.find((each) => each.name === name)
  }

  #missing(attribute: string): never {
    throw this.fault(`The required attribute '${attribute}' is missing.`)
  }

  #converted<T>(attribute: string, convert: (value: unknown) => T): Value<T> | undefined {
    const value = this.any(attribute)
    if (!value) return undefined
    return converted(value, convert, (message) =>
      this.fault(`the attribute '${attribute}' ${message}`, attribute),
    )
  }

  #compile(text: PolicyText, options: { lenient?: boolean } = {}): Value<unknown> {
    return compileText(text, { source: this, lenient: options.lenient ?? false })
  }
}

// A value that is known already is checked now, so that a wrong one is refused when the document is saved.
function converted<T>(
  value: Value<unknown>,
  convert: (value: unknown) => T,
  fault: (message: string) => SourceError,
): Value<T> {
  if (value.constant === undefined) return { read: (call) => convert(value.read(call)) }
  try {
    const constant = convert(value.constant)
    return { constant, read: () => constant }
  } catch (error) {
    throw error instanceof Error ? fault(error.message) : error
  }
}
