import { compileRoute, matchRoute } from './route-match.ts'
import type { RoutePattern, RouteValues } from './route-match.ts'
import { parseRouteTemplate } from './route-template.ts'
import type { RoutePart, RouteTemplate } from './route-template.ts'
import { splitRequestPath } from './request-path.ts'

/** What a router makes of a request. `allowed` are the methods of the routes whose path does match. */
export type RouteMatch<T> =
  | {
      readonly kind: 'found'
      readonly value: T
      readonly params: RouteValues
      readonly template: string
    }
  | { readonly kind: 'method-not-allowed'; readonly allowed: readonly string[] }
  | { readonly kind: 'not-found' }

interface Route<T> {
  readonly method: string
  readonly template: string
  readonly pattern: RoutePattern
  /** Sorts before another when its first differing digit is lower. */
  readonly precedence: readonly number[]
  readonly value: T
}

/**
 * Finds the most specific route of a request: literals before mixed and constrained segments, these before
 * parameters, catch-alls last. Among equals the one added first.
 * https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-template-precedence-and-endpoint-selection-order
 */
export class Router<T> {
  #routes: Route<T>[] = []

  /** Adds a route for one method, or for every method with `*`; throws `RouteTemplateError`. */
  add(method: string, template: string, value: T): void {
    const parsed = parseRouteTemplate(template)
    const route = {
      method: method.toUpperCase(),
      template,
      pattern: compileRoute(parsed),
      precedence: precedenceOf(parsed),
      value,
    }
    const after = this.#routes.findIndex((other) => sortsBefore(route, other))
    this.#routes.splice(after < 0 ? this.#routes.length : after, 0, route)
  }

  /** `target` is the path of the request, percent-encoded as it came; a query is left aside. */
  match(method: string, target: string): RouteMatch<T> {
    const segments = splitRequestPath(target)
    const path = { segments, lower: segments.map((segment) => segment.toLowerCase()) }
    const allowed = new Set<string>()
    for (const route of this.#routes) {
      const params = matchRoute(route.pattern, path)
      if (!params) continue
      if (route.method === '*' || route.method === method) {
        return { kind: 'found', value: route.value, params, template: route.template }
      }
      allowed.add(route.method)
    }
    if (allowed.size === 0) return { kind: 'not-found' }
    return { kind: 'method-not-allowed', allowed: [...allowed] }
  }
}

function sortsBefore<T>(route: Route<T>, other: Route<T>): boolean {
  const length = Math.max(route.precedence.length, other.precedence.length)
  for (let index = 0; index < length; index += 1) {
    const difference = (route.precedence[index] ?? 0) - (other.precedence[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

function precedenceOf(template: RouteTemplate): number[] {
  return template.segments.map(digitOf)
}

function digitOf(parts: readonly RoutePart[]): number {
  const [part] = parts
  if (!part || parts.length > 1) return 2
  if (part.kind === 'literal') return 1
  return (part.catchAll ? 5 : 3) - (part.constraints.length > 0 ? 1 : 0)
}
