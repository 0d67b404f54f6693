import { SourceError, type SourcePosition } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { declaredNames } from './declared-names.ts'
import { evaluate, isTrue, loopFrames, withLocals } from './evaluator.ts'
import { type DeploymentContext, type Frame, type TemplateNames, ValuePending } from './frame.ts'
import { ModuleInstance } from './module-instance.ts'
import { checkParameter } from './parameter-check.ts'
import { ResourceInstance } from './resource-instance.ts'
import { type DeploymentScope, scopeId } from './scope.ts'
import type {
  FunctionDeclaration,
  ImportDeclaration,
  ModuleDeclaration,
  NamedDeclaration,
  ParameterDeclaration,
  ResourceDeclaration,
  Template,
  VariableDeclaration,
} from './syntax.ts'
import { type TypeContext, findMismatch } from './type-check.ts'
import { Reference, type Value, objectOf, toJson } from './values.ts'

/** A template with values for its parameters at a scope: what is in it is evaluated when it is asked for. */
export class Evaluation implements TemplateNames {
  readonly template: Template
  readonly deploymentName: string
  readonly scope: DeploymentScope
  readonly context: DeploymentContext
  readonly #outer: Evaluation | undefined
  readonly #given: ReadonlyMap<string, Value>
  readonly #givenAt: ReadonlyMap<string, SourcePosition>
  readonly #names: ReadonlyMap<string, NamedDeclaration>
  readonly #parameters: ReadonlyMap<string, ParameterDeclaration>
  readonly #variables: ReadonlyMap<string, VariableDeclaration>
  readonly #values = new Map<object, Value>()
  readonly #running: NamedDeclaration[] = []
  readonly #calls: FunctionDeclaration[] = []
  readonly #resources = new Map<ResourceDeclaration, readonly ResourceInstance[]>()
  readonly #modules = new Map<ModuleDeclaration, readonly ModuleInstance[]>()
  readonly #imported = new Map<Template, Evaluation>()

  constructor(options: {
    template: Template
    deploymentName: string
    scope: DeploymentScope
    context: DeploymentContext
    parameters: ReadonlyMap<string, Value>
    /** Where the parameters that a file gives stand. */
    givenAt?: ReadonlyMap<string, SourcePosition>
    /** The template around it, whose parameters and variables it reads instead of its own. */
    outer?: Evaluation | undefined
  }) {
    this.template = options.template
    this.deploymentName = options.deploymentName
    this.scope = options.scope
    this.context = options.context
    this.#given = options.parameters
    this.#givenAt = options.givenAt ?? new Map()
    this.#outer = options.outer
    this.#names = declaredNames(options.template)
    const key = (each: { name: string }): string => this.#key(each.name)
    this.#parameters = new Map(options.template.parameters.map((each) => [key(each), each]))
    this.#variables = new Map(options.template.variables.map((each) => [key(each), each]))
  }

  get language(): 'bicep' | 'arm' {
    return this.template.language
  }

  get file(): string {
    return this.template.file
  }

  /** Checks what was given: every required parameter, nothing unknown, all values allowed. */
  checkParameters(at?: SourcePosition): void {
    const known = new Set(this.template.parameters.map(({ name }) => name.toLowerCase()))
    for (const name of this.#given.keys()) {
      if (known.has(name.toLowerCase())) continue
      const names = this.template.parameters.map((each) => each.name).join("', '")
      const message = `The following parameters were supplied, but do not correspond to any parameters defined in the template: '${name}'. The parameters defined in the template are: '${names}'.`
      throw new SourceError(
        'InvalidTemplate',
        message,
        this.#givenAt.get(name) ?? at ?? { file: this.file, line: 1, column: 1 },
      )
    }
    for (const parameter of this.template.parameters) {
      if (!this.#outer) this.parameter(parameter.name, parameter.at)
    }
  }

  parameter(name: string, at: SourcePosition): Value {
    if (this.#outer) return this.#outer.parameter(name, at)
    const declaration = this.#parameters.get(this.#key(name))
    if (declaration) return this.#cached(declaration, at, () => this.#parameterValue(declaration))
    const message = `The template parameter '${name}' is not found.`
    throw new SourceError('InvalidTemplate', message, at)
  }

  variable(name: string, at: SourcePosition): Value {
    if (this.#outer) return this.#outer.variable(name, at)
    const declaration = this.#variables.get(this.#key(name))
    if (declaration) {
      return this.#cached(declaration, at, () => evaluate(declaration.value, this.#frame()))
    }
    throw new SourceError('InvalidTemplate', `The template variable '${name}' is not found.`, at)
  }

  symbol(name: string, at: SourcePosition, inside?: ResourceDeclaration): Value {
    for (let outer = inside; outer; outer = outer.within) {
      const found = [outer, ...outer.nested].find((each) => each.name === name && each.within)
      if (found) return this.#resourceValue(found)
    }
    const declaration = this.#names.get(name)
    switch (declaration?.kind) {
      case 'parameter':
        return this.parameter(name, at)
      case 'variable':
        return this.variable(name, at)
      case 'resource':
        return this.#resourceValue(declaration)
      case 'module':
        return this.#moduleValue(declaration)
      case 'type':
      case 'function':
      case undefined:
        return this.#importedSymbol(name, at)
    }
  }

  callOwn(name: string, operands: readonly Value[], at: SourcePosition): Value | undefined {
    const own = this.#names.get(name)
    if (own?.kind === 'function') return this.#callFunction(own, operands, at)
    const found = this.#findImport(name)
    return (found?.evaluation ?? this.#outer)?.callOwn(found?.name ?? name, operands, at)
  }

  findResource(text: string): Reference | undefined {
    if (this.language === 'bicep') return undefined
    const found = this.findDeployed(text)
    return found && new Reference(found)
  }

  /** The resource or module of an ARM template that a symbolic name, a name or an id stands for. */
  findDeployed(text: string): ResourceInstance | ModuleInstance | undefined {
    const wanted = text.toLowerCase()
    const short = `${scopeId(this.scope)}/providers/${text}`.toLowerCase()
    const isIt = (each: ResourceInstance | ModuleInstance): boolean => {
      if (each.declaration.name.toLowerCase() === wanted) return true
      const id = each.id().toLowerCase()
      return id === wanted || id === short || each.fullName().toLowerCase() === wanted
    }
    const found = this.#deployedInstances().filter(isIt)
    return found.find((each) => each.exists()) ?? found[0]
  }

  /** The resources that a declaration makes, one for each item of its loop. */
  resourceInstances(declaration: ResourceDeclaration): readonly ResourceInstance[] {
    const known = this.#resources.get(declaration)
    if (known) return known
    const within = declaration.within && this.#first(declaration.within)
    const instances = this.#loopFrames(declaration, declaration).map(
      (frame, index) => new ResourceInstance({ declaration, frame, index, within }),
    )
    this.#resources.set(declaration, instances)
    return instances
  }

  /** The deployments that a module declaration makes. */
  moduleInstances(declaration: ModuleDeclaration): readonly ModuleInstance[] {
    const known = this.#modules.get(declaration)
    if (known) return known
    const instances = this.#loopFrames(declaration).map(
      (frame, index) => new ModuleInstance({ declaration, frame, index }),
    )
    this.#modules.set(declaration, instances)
    return instances
  }

  /** The outputs; what they read must be deployed by then. */
  outputs(): JsonObject {
    const outputs: [string, ReturnType<typeof toJson>][] = []
    for (const { name, type, value, condition, at } of this.template.outputs) {
      if (condition && !isTrue(condition, this.#frame())) continue
      const output = toJson(evaluate(value, this.#frame()), at)
      const mismatch = findMismatch(output, type, this.#typeContext())
      if (mismatch !== undefined) {
        const message = `The template output '${name}' is not valid. ${mismatch}`
        throw new SourceError('DeploymentOutputEvaluationFailed', message, at)
      }
      outputs.push([name, output])
    }
    return Object.fromEntries(outputs)
  }

  /** The declaration whose resource has that id, as far as ids are known. */
  ownerOf(id: string): ResourceDeclaration | undefined {
    const wanted = id.toLowerCase()
    return this.template.resources.find((declaration) => {
      try {
        const instances = this.resourceInstances(declaration)
        return !declaration.existing && instances.some((each) => each.id().toLowerCase() === wanted)
      } catch (error) {
        if (error instanceof ValuePending) return false
        throw error
      }
    })
  }

  #deployedInstances(): readonly (ResourceInstance | ModuleInstance)[] {
    return [
      ...this.template.resources.flatMap((each) => this.resourceInstances(each)),
      ...this.template.modules.flatMap((each) => this.moduleInstances(each)),
    ]
  }

  #key(name: string): string {
    return this.template.language === 'arm' ? name.toLowerCase() : name
  }

  #frame(inside?: ResourceDeclaration): Frame {
    return { names: this, locals: new Map(), ...(inside ? { inside } : {}) }
  }

  #loopFrames(
    declaration: ResourceDeclaration | ModuleDeclaration,
    inside?: ResourceDeclaration,
  ): Frame[] {
    const frame = this.#frame(inside)
    return declaration.loop ? loopFrames(declaration.loop, frame) : [frame]
  }

  #first(declaration: ResourceDeclaration): ResourceInstance {
    const [first] = this.resourceInstances(declaration)
    if (first) return first
    throw new SourceError('InvalidTemplate', 'The loop has no items.', declaration.at)
  }

  #resourceValue(declaration: ResourceDeclaration): Value {
    const instances = this.resourceInstances(declaration)
    if (declaration.loop) return instances.map((each) => new Reference(each))
    return new Reference(this.#first(declaration))
  }

  #moduleValue(declaration: ModuleDeclaration): Value {
    const references = this.moduleInstances(declaration).map((each) => new Reference(each))
    const [only] = references
    return declaration.loop || !only ? references : only
  }

  #parameterValue(declaration: ParameterDeclaration): Value {
    const name = this.#givenName(declaration.name)
    const given = this.#given.get(name)
    if (given !== undefined) {
      return checkParameter(declaration, given, this.#typeContext(), this.#givenAt.get(name))
    }
    if (declaration.fallback) {
      const frame = { ...this.#frame(), inDefaultOf: declaration.name }
      return checkParameter(declaration, evaluate(declaration.fallback, frame), this.#typeContext())
    }
    if (declaration.type.kind === 'nullable') return null
    const message = `The value for the template parameter '${declaration.name}' is not provided.`
    throw new SourceError('InvalidTemplate', message, declaration.at)
  }

  #typeContext(): TypeContext {
    const { template } = this
    return { template, constant: (expression) => evaluate(expression, this.#frame()) }
  }

  #givenName(name: string): string {
    if (this.#given.has(name)) return name
    const lower = name.toLowerCase()
    return [...this.#given.keys()].find((each) => each.toLowerCase() === lower) ?? name
  }

  #cached(declaration: NamedDeclaration, at: SourcePosition, make: () => Value): Value {
    const known = this.#values.get(declaration)
    if (known !== undefined) return known
    if (this.#running.includes(declaration)) throw this.#cycle(declaration, at)
    this.#running.push(declaration)
    try {
      const value = make()
      this.#values.set(declaration, value)
      return value
    } finally {
      this.#running.pop()
    }
  }

  #cycle(declaration: NamedDeclaration, at: SourcePosition): SourceError {
    const names = this.#running.slice(this.#running.indexOf(declaration)).map(({ name }) => name)
    const path = [...names, declaration.name].map((name) => `"${name}"`).join(' -> ')
    return new SourceError('BCP080', `The expression is involved in a cycle (${path}).`, at)
  }

  #callFunction(own: FunctionDeclaration, operands: readonly Value[], at: SourcePosition): Value {
    if (operands.length !== own.parameters.length) {
      const message = `Expected ${own.parameters.length} arguments for "${own.name}", but got ${operands.length}.`
      throw new SourceError('BCP071', message, at)
    }
    if (this.#calls.includes(own)) {
      const message = 'This expression is referencing its own declaration, which is not allowed.'
      throw new SourceError('BCP079', message, at)
    }
    const context = this.#typeContext()
    for (const [index, { name, type }] of own.parameters.entries()) {
      const mismatch = findMismatch(operands[index] ?? null, type, context)
      if (mismatch === undefined) continue
      throw new SourceError('BCP070', `${own.name}: parameter "${name}": ${mismatch}`, at)
    }
    this.#calls.push(own)
    try {
      const names = own.parameters.map((each) => each.name)
      return evaluate(own.body, withLocals(this.#frame(), names, operands))
    } finally {
      this.#calls.pop()
    }
  }

  #importedSymbol(name: string, at: SourcePosition): Value {
    const wildcard = this.template.imports.find((each) => each.wildcard === name)
    if (wildcard) return new Reference(importedFile(this.#evaluationOf(wildcard)))
    const found = this.#findImport(name)
    if (found) return found.evaluation.symbol(found.name, at)
    throw new SourceError('BCP057', `The name "${name}" does not exist in the current context.`, at)
  }

  #findImport(name: string): { evaluation: Evaluation; name: string } | undefined {
    for (const each of this.template.imports) {
      const found = each.names.find((imported) => imported.as === name)
      if (found) return { evaluation: this.#evaluationOf(each), name: found.name }
    }
    return undefined
  }

  #evaluationOf(declaration: ImportDeclaration): Evaluation {
    const { template, at } = declaration
    if (!template) throw new SourceError('BCP091', 'The import has not been loaded.', at)
    const known = this.#imported.get(template)
    if (known) return known
    const { deploymentName, scope, context } = this
    const made = new Evaluation({ template, deploymentName, scope, context, parameters: new Map() })
    this.#imported.set(template, made)
    return made
  }
}

function importedFile(evaluation: Evaluation): Reference['target'] {
  const { template } = evaluation
  return {
    member: (name, at) =>
      template.variables.some((each) => each.name === name)
        ? evaluation.variable(name, at)
        : undefined,
    whole: (at) =>
      objectOf(
        template.variables.map(({ name }) => [name, evaluation.variable(name, at)] as const),
      ),
    call: (name, operands, at) => {
      const value = evaluation.callOwn(name, operands, at)
      if (value !== undefined) return value
      const message = `The file "${template.file}" does not export the function "${name}".`
      throw new SourceError('BCP057', message, at)
    },
    nested: () => undefined,
    exists: () => true,
  }
}
