import { messageOf } from '../../base/errors.ts'
import { stringMember } from '../../base/json.ts'
import { Router } from '../../protocols/http/router.ts'
import type { AppFolder } from './app-folder.ts'
import type { FunctionDefinition } from './function-definition.ts'
import type { AuthLevel } from './function-keys.ts'

const allMethods = ['GET', 'POST', 'DELETE', 'HEAD', 'PATCH', 'PUT', 'OPTIONS', 'TRACE', 'CONNECT']

/** The routes of an app's HTTP functions; a malformed one is a fault of its function. */
export function routesOf(
  definitions: readonly FunctionDefinition[],
  folder: AppFolder,
): Router<FunctionDefinition> {
  const router = new Router<FunctionDefinition>()
  for (const definition of definitions) {
    if (!isHttp(definition) || definition.disabled !== undefined) continue
    const route = routeOf(definition, folder)
    try {
      for (const method of methodsOf(definition)) router.add(method, route, definition)
    } catch (error) {
      throw new Error(`Function '${definition.name}', route '${route}': ${messageOf(error)}`, {
        cause: error,
      })
    }
  }
  return router
}

export function isHttp(definition: FunctionDefinition): boolean {
  return definition.trigger.type.toLowerCase() === 'httptrigger'
}

/** The route of a function below the server's root: the prefix of host.json and its own template. */
export function routeOf(definition: FunctionDefinition, folder: AppFolder): string {
  const declared = definition.trigger.binding['route']
  const route = typeof declared === 'string' && declared !== '' ? declared : definition.name
  return [folder.host.http.routePrefix, route.replace(/^\//, '')]
    .filter((part) => part !== '')
    .join('/')
}

/** The methods a function answers; none declared means every one. */
export function methodsOf(definition: FunctionDefinition): string[] {
  const declared = definition.trigger.binding['methods']
  const methods = (Array.isArray(declared) ? declared : []).flatMap((method) =>
    typeof method === 'string' ? [method.toUpperCase()] : [],
  )
  return methods.length > 0 ? methods : allMethods
}

export function authLevelOf(definition: FunctionDefinition): AuthLevel {
  const declared = stringMember(definition.trigger.binding, 'authLevel')?.toLowerCase()
  return declared === 'anonymous' || declared === 'admin' ? declared : 'function'
}
