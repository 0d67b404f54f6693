import { SourceError, type SourcePosition } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { evaluate, evaluateObject, isTrue } from './evaluator.ts'
import { type Frame, ValuePending } from './frame.ts'
import { scopeIdOf } from './functions/scopes.ts'
import { findMember } from './resource-instance.ts'
import { type DeploymentScope, parseScope, scopeId } from './scope.ts'
import type { ModuleDeclaration, Template } from './syntax.ts'
import { uniqueString } from './unique-string.ts'
import { type ReferenceTarget, type Value, isObjectValue, toJson, toText } from './values.ts'

/** One deployment that a module declaration makes. */
export class ModuleInstance implements ReferenceTarget {
  readonly declaration: ModuleDeclaration
  readonly index: number
  readonly #frame: Frame
  #outputs: JsonObject | undefined

  constructor(options: { declaration: ModuleDeclaration; frame: Frame; index: number }) {
    this.declaration = options.declaration
    this.#frame = options.frame
    this.index = options.index
  }

  get template(): Template {
    const { template, at } = this.declaration
    if (template) return template
    throw new SourceError('BCP091', 'The module has not been loaded.', at)
  }

  exists(): boolean {
    const { condition } = this.declaration
    return condition === undefined || isTrue(condition, this.#frame)
  }

  name(): string {
    const expression = findMember(this.declaration.body, 'name')
    if (expression) return toText(evaluate(expression, this.#frame), expression.at)
    const { name } = this.declaration
    const suffix = this.declaration.loop ? `-${this.index}` : ''
    return `${name}-${uniqueString([name, this.#frame.names.deploymentName])}${suffix}`
  }

  fullName(): string {
    return this.name()
  }

  scope(): DeploymentScope {
    const within = this.#frame.names.scope
    const expression = findMember(this.declaration.body, 'scope')
    if (!expression) return within
    const id = scopeIdOf(evaluate(expression, this.#frame), expression.at)
    if (id !== undefined) return parseScope(id, within)
    throw new SourceError('BCP036', 'The property "scope" expected a scope.', expression.at)
  }

  id(): string {
    return `${scopeId(this.scope())}/providers/Microsoft.Resources/deployments/${this.name()}`
  }

  /** What is given for the module's parameters. */
  parameters(): ReadonlyMap<string, Value> {
    const literal = findMember(this.declaration.body, 'params')
    if (!literal) return new Map()
    const value =
      literal.kind === 'object'
        ? evaluateObject(literal, this.#frame)
        : evaluate(literal, this.#frame)
    if (!isObjectValue(value)) {
      throw new SourceError('BCP036', 'The property "params" expected an object.', literal.at)
    }
    return new Map(
      Object.entries(value).map(([name, each]) => [name, toJson(each, literal.at)] as const),
    )
  }

  /** Those of the given parameters that can be said before anything is deployed. */
  knownParameters(): ReadonlyMap<string, Value> {
    const literal = findMember(this.declaration.body, 'params')
    if (literal?.kind !== 'object') return new Map()
    const known = new Map<string, Value>()
    for (const member of literal.members) {
      if (member.kind === 'spread' || member.name.kind !== 'literal') continue
      try {
        const value = toJson(evaluate(member.value, this.#frame), member.at)
        known.set(String(member.name.value), value)
      } catch {
        // It is asked for again, and any fault in it told, when the module is deployed.
      }
    }
    return known
  }

  dependsOn(): readonly string[] {
    const member = findMember(this.declaration.body, 'dependsOn')
    if (!member || this.declaration.style === 'bicep') return []
    const value = evaluate(member, this.#frame)
    return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string')
  }

  /** Says that it is deployed, and what it gave. */
  complete(outputs: JsonObject): void {
    this.#outputs = outputs
  }

  get isComplete(): boolean {
    return this.#outputs !== undefined
  }

  member(name: string, at: SourcePosition): Value | undefined {
    if (name === 'name') return this.name()
    if (name === 'id') return this.id()
    if (name === 'outputs') return this.#readOutputs(at)
    return undefined
  }

  /** The deployment as `reference()` of an ARM template reads it. */
  whole(at: SourcePosition): Value {
    const outputs = Object.entries(this.#readOutputs(at)).map(
      ([name, value]) => [name, { value }] as const,
    )
    const properties = { provisioningState: 'Succeeded', outputs: Object.fromEntries(outputs) }
    return { id: this.id(), name: this.name(), type: 'Microsoft.Resources/deployments', properties }
  }

  call(name: string, _operands: readonly Value[], at: SourcePosition): Value {
    const message = `The type "module" does not contain function "${name}".`
    throw new SourceError('BCP109', message, at)
  }

  nested(): undefined {
    return undefined
  }

  #readOutputs(at: SourcePosition): JsonObject {
    if (!this.exists()) {
      const message = `The module "${this.declaration.name}" is not deployed: its condition is false.`
      throw new SourceError('ResourceNotFound', message, at)
    }
    if (this.#outputs) return this.#outputs
    throw new ValuePending({ kind: 'module', module: this, at })
  }
}
