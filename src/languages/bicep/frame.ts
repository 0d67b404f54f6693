import { SourceError, type SourcePosition } from '../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { DeploymentScope } from './scope.ts'
import type { ResourceDeclaration } from './syntax.ts'
import {
  Lambda,
  type ObjectValue,
  Reference,
  type Value,
  isObjectValue,
  toText,
  typeName,
} from './values.ts'

/** Reads a file beside the templates; `undefined` when there is none. */
export type ReadFile = (path: string) => string | undefined

/** Something only the deployed resources know. */
export type RuntimeQuestion =
  | { readonly kind: 'resource'; readonly id: string; readonly at: SourcePosition }
  | {
      readonly kind: 'action'
      readonly id: string
      readonly action: string
      readonly body: JsonObject
      readonly at: SourcePosition
    }
  | { readonly kind: 'module'; readonly module: object; readonly at: SourcePosition }

/** Thrown when an expression needs an answer that is not there yet; evaluate again once it is. */
export class ValuePending extends Error {
  override readonly name = 'ValuePending'
  readonly question: RuntimeQuestion

  constructor(question: RuntimeQuestion) {
    super('a value is known only after a resource is deployed')
    this.question = question
  }
}

/** What everything in one deployment shares. */
export interface DeploymentContext {
  readonly readFile: ReadFile
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The answer to a question, or `undefined` when it has not been asked yet. */
  readonly answer: (question: RuntimeQuestion) => JsonValue | undefined
  /** `utcNow()` and `newGuid()` come from here, so that a deployment that is repeated gives the same. */
  readonly timeMs: number
  readonly seed: string
  readonly tenantId: string
  readonly subscriptionName: string
  /** The region of deployments that are not to a resource group. */
  readonly location: string
}

/** What a template offers to its expressions. */
export interface TemplateNames {
  readonly language: 'bicep' | 'arm'
  readonly file: string
  readonly deploymentName: string
  readonly scope: DeploymentScope
  readonly context: DeploymentContext
  /** `inside` is the resource in whose body the name stands: its nested resources have names there. */
  symbol(name: string, at: SourcePosition, inside?: ResourceDeclaration): Value
  parameter(name: string, at: SourcePosition): Value
  variable(name: string, at: SourcePosition): Value
  /** Calls a function that the file declares or imports; `undefined` when it has none of that name. */
  callOwn(name: string, operands: readonly Value[], at: SourcePosition): Value | undefined
  /** The declared resource of that id or symbolic name, for `reference()` of ARM templates. */
  findResource(text: string): Reference | undefined
}

/** Where an expression stands: its template, and the variables of the loops and lambdas around it. */
export interface Frame {
  readonly names: TemplateNames
  readonly locals: ReadonlyMap<string, Value>
  readonly inside?: ResourceDeclaration
  /** Loop positions of ARM templates by the name of the loop, for `copyIndex`. */
  readonly copies?: ReadonlyMap<string, number>
  /** True inside the default value of a parameter, where `utcNow` and `newGuid` are allowed. */
  readonly inDefaultOf?: string
}

/** The arguments of one call of a function, with their types asserted as they are taken. */
export class Arguments {
  readonly name: string
  readonly values: readonly Value[]
  readonly frame: Frame
  readonly at: SourcePosition

  constructor(call: { name: string; values: readonly Value[]; frame: Frame; at: SourcePosition }) {
    this.name = call.name
    this.values = call.values
    this.frame = call.frame
    this.at = call.at
  }

  get count(): number {
    return this.values.length
  }

  any(index: number): Value {
    return this.values[index] ?? null
  }

  has(index: number): boolean {
    return index < this.values.length
  }

  text(index: number): string {
    const value = this.any(index)
    if (typeof value === 'string') return value
    throw this.wrongType(index, 'string')
  }

  optionalText(index: number): string | undefined {
    return this.has(index) ? this.text(index) : undefined
  }

  whole(index: number): number {
    const value = this.any(index)
    if (typeof value === 'number') return value
    throw this.wrongType(index, 'int')
  }

  optionalWhole(index: number): number | undefined {
    return this.has(index) ? this.whole(index) : undefined
  }

  flag(index: number): boolean {
    const value = this.any(index)
    if (typeof value === 'boolean') return value
    throw this.wrongType(index, 'bool')
  }

  list(index: number): readonly Value[] {
    const value = this.any(index)
    if (Array.isArray(value)) return value
    throw this.wrongType(index, 'array')
  }

  object(index: number): ObjectValue {
    const value = this.any(index)
    const plain = value instanceof Reference ? value.target.whole(this.at) : value
    if (isObjectValue(plain)) return plain
    throw this.wrongType(index, 'object')
  }

  lambda(index: number): Lambda {
    const value = this.any(index)
    if (value instanceof Lambda) return value
    throw this.wrongType(index, 'lambda')
  }

  texts(from = 0): string[] {
    return this.values.slice(from).map((value, index) => {
      if (typeof value === 'string') return value
      if (typeof value === 'number' || typeof value === 'boolean') return toText(value, this.at)
      throw this.wrongType(from + index, 'string')
    })
  }

  fail(message: string): SourceError {
    return new SourceError('InvalidTemplate', `${this.name}: ${message}`, this.at)
  }

  wrongType(index: number, wanted: string): SourceError {
    const found = typeName(this.any(index))
    const message = `${this.name}: argument ${index + 1} of type "${found}" is not assignable to parameter of type "${wanted}".`
    return new SourceError('BCP070', message, this.at)
  }
}

/** A function of the language: how many arguments it takes, and what it makes of them. */
export interface BuiltIn {
  readonly least: number
  readonly most: number
  readonly run: (args: Arguments) => Value
}

export type FunctionTable = Readonly<Record<string, BuiltIn>>

/** A function of so many arguments. */
export function takes(least: number, most: number, run: (args: Arguments) => Value): BuiltIn {
  return { least, most, run }
}
