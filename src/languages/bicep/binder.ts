import { SourceError, type SourcePosition } from '../../base/errors.ts'
import { declaredNames } from './declared-names.ts'
import { expressionsOf } from './dependencies.ts'
import { findFunction, functionNames } from './functions/table.ts'
import { findMember } from './resource-instance.ts'
import type {
  Decorator,
  Expression,
  Loop,
  ModuleDeclaration,
  NamedDeclaration,
  ResourceDeclaration,
  Template,
  TypeSyntax,
} from './syntax.ts'
import { checkMemberNames, checkModuleMembers, checkResourceMembers } from './member-check.ts'
import { childrenOf } from './tree.ts'
import { type TypeContext, resolveType } from './type-check.ts'

/**
 * Checks what can be checked of a Bicep file before it is evaluated: that every name, type, function and
 * decorator exists, and that modules get the parameters they ask for.
 */
export function checkNames(template: Template): void {
  if (template.language === 'bicep') new Binder(template).check()
}

type DecoratedKind = NamedDeclaration['kind'] | 'output' | 'property'

const values: readonly DecoratedKind[] = ['parameter', 'type', 'output', 'property']
const deployed: readonly DecoratedKind[] = ['resource', 'module']
const anywhere: readonly DecoratedKind[] = [...values, ...deployed, 'variable', 'function']

/** Where each decorator may stand. */
const decoratorPlaces: Readonly<Record<string, readonly DecoratedKind[]>> = {
  allowed: ['parameter'],
  batchSize: deployed,
  description: anywhere,
  discriminator: values,
  export: ['type', 'variable', 'function'],
  maxLength: values,
  maxValue: values,
  metadata: values,
  minLength: values,
  minValue: values,
  sealed: values,
  secure: values,
}

/** Names that mean something in one place: local variables, and the resource that is being read. */
interface Place {
  readonly locals: ReadonlySet<string>
  readonly inside?: ResourceDeclaration
}

class Binder {
  readonly #template: Template
  readonly #names: ReadonlyMap<string, NamedDeclaration>
  readonly #imported: ReadonlySet<string>

  constructor(template: Template) {
    this.#template = template
    this.#names = declaredNames(template)
    this.#imported = new Set(
      template.imports.flatMap((each) => [
        ...each.names.map(({ as }) => as),
        ...(each.wildcard === undefined ? [] : [each.wildcard]),
      ]),
    )
  }

  check(): void {
    const { parameters, variables, types, functions, resources, modules, outputs } = this.#template
    this.#checkImports()
    const outputNames = new Set<string>()
    for (const { name, at } of outputs) {
      if (outputNames.has(name)) {
        const message = `Output "${name}" is declared multiple times. Remove or rename the duplicates.`
        throw new SourceError('BCP145', message, at)
      }
      outputNames.add(name)
    }
    for (const { name, type, at } of types) this.#typeCycle(name, type, at)
    for (const { type } of [...parameters, ...types, ...outputs]) this.#type(type)
    for (const each of [...types, ...functions, ...outputs]) {
      this.#decorators(each.decorators, each.kind)
    }
    for (const each of [...parameters, ...variables, ...resources]) this.#declaration(each)
    for (const each of resources) checkResourceMembers(each)
    for (const each of modules) checkModuleMembers(each)
    for (const each of functions) {
      for (const { type } of each.parameters) this.#type(type)
      const locals = new Set(each.parameters.map(({ name }) => name))
      this.#expression(each.body, { locals })
    }
    for (const each of modules) {
      this.#declaration(each)
      this.#moduleParameters(each)
    }
    for (const each of outputs) this.#expression(each.value, { locals: new Set() })
  }

  #checkImports(): void {
    for (const { names, template, at } of this.#template.imports) {
      for (const { name } of names) {
        const { types = [], variables = [], functions = [] } = template ?? {}
        const found = [...types, ...variables, ...functions].find((each) => each.name === name)
        const isExported = found?.decorators.some((each) => each.name === 'export')
        if (isExported || template?.language === 'arm') continue
        const message = `The "${name}" symbol was not found in (or was not exported by) the imported template.`
        throw new SourceError('BCP360', message, at)
      }
    }
  }

  #declaration(declaration: NamedDeclaration): void {
    this.#decorators(declaration.decorators, declaration.kind)
    const isLooped = declaration.kind === 'resource' || declaration.kind === 'module'
    const loop = isLooped ? declaration.loop : undefined
    const inside = declaration.kind === 'resource' ? { inside: declaration } : {}
    const names = [loop?.item, loop?.index].filter((name) => name !== undefined)
    for (const each of expressionsOf(declaration)) {
      const locals = each === loop?.items ? [] : names
      this.#expression(each, { locals: new Set(locals), ...inside })
    }
  }

  #decorators(decorators: readonly Decorator[], on: DecoratedKind): void {
    for (const { name, operands, at } of decorators) {
      const places = decoratorPlaces[name]
      if (!places) {
        throw new SourceError('NotSupported', `The decorator "${name}" is not supported.`, at)
      }
      if (!places.includes(on)) {
        const message = `Function "${name}" cannot be used as a ${on} decorator.`
        throw new SourceError('BCP127', message, at)
      }
      for (const each of operands) this.#expression(each, { locals: new Set() })
    }
  }

  #expression(expression: Expression, place: Place): void {
    if (expression.kind === 'lambda') {
      return this.#expression(expression.body, withNames(place, expression.parameters))
    }
    if (expression.kind === 'loop') return this.#loop(expression, place)
    if (expression.kind === 'call') this.#call(expression, place)
    if (expression.kind === 'symbol' && !this.#isKnown(expression.name, place)) {
      throw this.#unknown(expression.name, expression.at)
    }
    if (expression.kind === 'object') checkMemberNames(expression)
    for (const each of childrenOf(expression)) this.#expression(each, place)
  }

  #loop(expression: Loop, place: Place): void {
    const names = [expression.item, expression.index].filter((name) => name !== undefined)
    const inner = withNames(place, names)
    this.#expression(expression.items, place)
    if (expression.filter) this.#expression(expression.filter, inner)
    this.#expression(expression.body, inner)
  }

  #call(expression: Extract<Expression, { kind: 'call' }>, place: Place): void {
    const { name, operands, at } = expression
    if (expression.namespace === undefined) {
      if (this.#names.get(name)?.kind === 'function' || this.#isKnownImport(name)) return
      if (place.locals.has(name)) return
    }
    const found = name === 'readEnvironmentVariable' ? undefined : findFunction(name, 'bicep')
    if (!found) throw this.#unknown(name, at, [...this.#names.keys(), ...functionNames])
    if (operands.length >= found.least && operands.length <= found.most) return
    const count = found.least === found.most ? `${found.least}` : `${found.least} to ${found.most}`
    const message = `Expected ${count} arguments for "${name}", but got ${operands.length}.`
    throw new SourceError('BCP071', message, at)
  }

  #isKnown(name: string, place: Place): boolean {
    if (place.locals.has(name) || this.#isKnownImport(name)) return true
    for (let outer = place.inside; outer; outer = outer.within) {
      if (outer.nested.some((each) => each.name === name)) return true
      if (outer.within && outer.name === name) return true
    }
    const kind = this.#names.get(name)?.kind
    return kind !== undefined && kind !== 'type' && kind !== 'function'
  }

  #isKnownImport(name: string): boolean {
    return this.#imported.has(name)
  }

  #unknown(
    name: string,
    at: SourcePosition,
    candidates: Iterable<string> = this.#names.keys(),
  ): SourceError {
    const wanted = name.toLowerCase()
    const near = [...candidates].find((each) => isNear(each.toLowerCase(), wanted))
    const hint = near === undefined ? '' : ` Did you mean "${near}"?`
    const message = `The name "${name}" does not exist in the current context.${hint}`
    return new SourceError(near === undefined ? 'BCP057' : 'BCP082', message, at)
  }

  // A type may contain itself inside an object or an array, where a value ends the recursion; not bare.
  #typeCycle(name: string, type: TypeSyntax, at: SourcePosition, path: string[] = [name]): void {
    if (type.kind === 'nullable') return this.#typeCycle(name, type.type, at, path)
    if (type.kind === 'union') {
      for (const each of type.members) this.#typeCycle(name, each, at, path)
      return
    }
    if (type.kind !== 'named') return
    if (path.includes(type.name)) {
      const ring = [...path, type.name].map((each) => `"${each}"`).join(' -> ')
      throw new SourceError('BCP298', `This type definition is involved in a cycle (${ring}).`, at)
    }
    const next = this.#template.types.find((each) => each.name === type.name)
    if (next) this.#typeCycle(name, next.type, at, [...path, type.name])
  }

  #type(type: TypeSyntax): void {
    const context: TypeContext = { template: this.#template, constant: () => null }
    switch (type.kind) {
      case 'named':
      case 'member':
        resolveType(type, context)
        return
      case 'array':
        this.#type(type.item)
        return
      case 'nullable':
        this.#type(type.type)
        return
      case 'tuple':
        for (const each of type.items) this.#type(each)
        return
      case 'union':
        for (const each of type.members) this.#type(each)
        return
      case 'object':
        for (const each of type.properties) {
          this.#type(each.type)
          this.#decorators(each.decorators, 'property')
        }
        if (type.additional) this.#type(type.additional)
        return
      case 'literal':
      case 'unchecked':
        return
    }
  }

  #moduleParameters(declaration: ModuleDeclaration): void {
    const { template, body, at } = declaration
    const params = findMember(body, 'params')
    if (!template || (params && params.kind !== 'object')) return
    const given = params?.members ?? []
    if (given.some((each) => each.kind === 'spread' || each.name.kind !== 'literal')) return
    const names = new Map(
      given.flatMap((each) =>
        each.kind === 'member' && each.name.kind === 'literal'
          ? [[String(each.name.value), each.at] as const]
          : [],
      ),
    )
    const missing = template.parameters
      .filter((each) => !each.fallback && each.type.kind !== 'nullable' && !names.has(each.name))
      .map((each) => `"${each.name}"`)
    if (missing.length > 0) {
      const message = `The specified "module" declaration is missing the following required properties: ${missing.join(', ')}.`
      throw new SourceError('BCP035', message, at)
    }
    for (const [name, place] of names) {
      if (template.parameters.some((each) => each.name === name)) continue
      const permitted = template.parameters.map((each) => `"${each.name}"`).join(', ')
      const message = `The property "${name}" is not allowed on objects of type "params". Permissible properties include ${permitted}.`
      throw new SourceError('BCP037', message, place)
    }
  }
}

function withNames(place: Place, names: readonly string[]): Place {
  return { ...place, locals: new Set([...place.locals, ...names]) }
}

// One letter more, less or other, or only the case differs.
function isNear(left: string, right: string): boolean {
  if (Math.abs(left.length - right.length) > 1) return false
  let start = 0
  while (start < left.length && left[start] === right[start]) start++
  let end = 0
  const shorter = Math.min(left.length, right.length)
  while (end < shorter - start && left.at(-1 - end) === right.at(-1 - end)) end++
  return Math.max(left.length, right.length) - start - end <= 1
}
