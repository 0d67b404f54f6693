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
    const inside = declaration.kind === 'resource' ? declaration : undefined
    if (inside?.within) this.#add(inside.within, found)
    for (const expression of expressionsOf(declaration)) this.#collect(expression, inside, found)
    return found
  }

  #collect(
    expression: Expression,
    inside: ResourceDeclaration | undefined,
    found: Set<DeployedDeclaration>,
  ): void {
    if (expression.kind === 'symbol') {
      const named = this.#resolve(expression.name, inside)
      if (named) this.#add(named, found)
    }
    if (expression.kind === 'nested') {
      const named = this.#nested(expression, inside)
      if (named) this.#add(named, found)
    }
    for (const child of childrenOf(expression)) this.#collect(child, inside, found)
  }

  // An existing resource is not deployed, so what it waits for is waited for in its place.
  #add(named: NamedDeclaration, found: Set<DeployedDeclaration>): void {
    if (named.kind === 'module') found.add(named)
    if (named.kind === 'resource' && !named.existing) found.add(named)
    if (named.kind === 'variable' || (named.kind === 'resource' && named.existing)) {
      for (const each of this.of(named)) found.add(each)
    }
  }

  #resolve(name: string, inside: ResourceDeclaration | undefined): NamedDeclaration | undefined {
    for (let outer = inside; outer; outer = outer.within) {
      const found = outer.nested.find((each) => each.name === name)
      if (found) return found
    }
    return this.#names.get(name)
  }

  #nested(
    expression: Extract<Expression, { kind: 'nested' }>,
    inside: ResourceDeclaration | undefined,
  ): ResourceDeclaration | undefined {
    const { target, name } = expression
    const outer =
      target.kind === 'symbol'
        ? this.#resolve(target.name, inside)
        : target.kind === 'nested'
          ? this.#nested(target, inside)
          : undefined
    return outer?.kind === 'resource' ? outer.nested.find((each) => each.name === name) : undefined
  }
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
