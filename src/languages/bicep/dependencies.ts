import { declaredNames } from './declared-names.ts'
import type {
  Expression,
  ModuleDeclaration,
  NamedDeclaration,
  ResourceDeclaration,
  Template,
} from './syntax.ts'
import { childrenOf } from './tree.ts'

export type DeployedDeclaration = ResourceDeclaration | ModuleDeclaration

/**
 * What each resource and module of a Bicep file waits for: the symbols it mentions, through variables and
 * `existing` resources, and the resource that it is written in.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/resource-dependencies
 */
export function dependenciesOf(
  template: Template,
): ReadonlyMap<DeployedDeclaration, ReadonlySet<DeployedDeclaration>> {
  const search = new DependencySearch(declaredNames(template))
  const all: DeployedDeclaration[] = [...template.resources, ...template.modules]
  return new Map(all.map((each) => [each, search.of(each)] as const))
}

interface Place {
  readonly locals: ReadonlySet<string>
  readonly inside?: ResourceDeclaration
}

class DependencySearch {
  readonly #names: ReadonlyMap<string, NamedDeclaration>
  readonly #found = new Map<NamedDeclaration, Set<DeployedDeclaration>>()

  constructor(names: ReadonlyMap<string, NamedDeclaration>) {
    this.#names = names
  }

  of(declaration: NamedDeclaration): Set<DeployedDeclaration> {
    const known = this.#found.get(declaration)
    if (known) return known
    const found = new Set<DeployedDeclaration>()
    this.#found.set(declaration, found)
    if (declaration.kind === 'resource' && declaration.within) this.#add(declaration.within, found)
    for (const { expression, locals } of scopedExpressions(declaration)) {
      this.#collect(expression, { locals, ...insideOf(declaration) }, found)
    }
    return found
  }

  #collect(expression: Expression, place: Place, found: Set<DeployedDeclaration>): void {
    if (expression.kind === 'symbol') {
      const named = this.#resolve(expression.name, place)
      if (named) this.#add(named, found)
    }
    if (expression.kind === 'nested') {
      const named = this.#nested(expression, place)
      if (named) this.#add(named, found)
    }
    for (const child of childrenOf(expression)) {
      this.#collect(child, placeOf(child, expression, place), found)
    }
  }

  // An existing resource is not deployed, so what it waits for is waited for in its place.
  #add(named: NamedDeclaration, found: Set<DeployedDeclaration>): void {
    if (named.kind === 'module') found.add(named)
    if (named.kind === 'resource' && !named.existing) found.add(named)
    if (named.kind === 'variable' || (named.kind === 'resource' && named.existing)) {
      for (const each of this.of(named)) found.add(each)
    }
  }

  #resolve(name: string, place: Place): NamedDeclaration | undefined {
    if (place.locals.has(name)) return undefined
    for (let outer = place.inside; outer; outer = outer.within) {
      const found = outer.nested.find((each) => each.name === name)
      if (found) return found
    }
    return this.#names.get(name)
  }

  #nested(
    expression: Extract<Expression, { kind: 'nested' }>,
    place: Place,
  ): ResourceDeclaration | undefined {
    const { target, name } = expression
    const outer =
      target.kind === 'symbol'
        ? this.#resolve(target.name, place)
        : target.kind === 'nested'
          ? this.#nested(target, place)
          : undefined
    return outer?.kind === 'resource' ? outer.nested.find((each) => each.name === name) : undefined
  }
}

function insideOf(declaration: NamedDeclaration): { inside?: ResourceDeclaration } {
  return declaration.kind === 'resource' ? { inside: declaration } : {}
}

// The expressions of a declaration with the variables of its loop, which the items of the loop do not see.
function scopedExpressions(
  declaration: NamedDeclaration,
): readonly { expression: Expression; locals: ReadonlySet<string> }[] {
  const isLooped = declaration.kind === 'resource' || declaration.kind === 'module'
  const loop = isLooped ? declaration.loop : undefined
  const names = [loop?.item, loop?.index].filter((name) => name !== undefined)
  return expressionsOf(declaration).map((expression) => ({
    expression,
    locals: new Set(expression === loop?.items ? [] : names),
  }))
}

// The variables of a lambda or a loop hide what has their name outside.
function placeOf(child: Expression, parent: Expression, place: Place): Place {
  const names =
    parent.kind === 'lambda'
      ? parent.parameters
      : parent.kind === 'loop' && child !== parent.items
        ? [parent.item, parent.index].filter((name) => name !== undefined)
        : []
  return names.length === 0 ? place : { ...place, locals: new Set([...place.locals, ...names]) }
}

/** The expressions that a declaration is made of. */
export function expressionsOf(declaration: NamedDeclaration): Expression[] {
  switch (declaration.kind) {
    case 'parameter':
      return declaration.fallback ? [declaration.fallback] : []
    case 'variable':
      return [declaration.value]
    case 'function':
      return [declaration.body]
    case 'type':
      return []
    case 'resource':
    case 'module':
      return [
        declaration.body,
        ...(declaration.condition ? [declaration.condition] : []),
        ...(declaration.loop ? [declaration.loop.items] : []),
      ]
  }
}
