import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { LogicApp } from './logic-app.ts'

/** One request of the management REST, with the names of its address. */
export interface ManagementCall {
  readonly app: LogicApp
  readonly url: URL
  readonly names: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface ManagementAnswer {
  readonly status: number
  readonly body?: JsonValue
  readonly headers?: Readonly<Record<string, string>>
}

/** One address of the management REST. */
export interface Operation {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/runtime/webhooks/workflow/api/management`. */
  readonly path: string
  handle(call: ManagementCall): Promise<ManagementAnswer>
}

/** Every address that is answered: https://learn.microsoft.com/rest/api/logic/workflows */
export const operations: readonly Operation[] = [
  {
    name: 'List workflows',
    method: 'GET',
    path: '/workflows',
    handle: async ({ app }) => ({
      status: 200,
      body: app.workflows.map(({ name }): JsonObject => ({ name })),
    }),
  },
]

/** Finds the operation of an address. */
export function findOperation(
  method: string,
  segments: readonly string[],
): { readonly operation: Operation; readonly names: Readonly<Record<string, string>> } | undefined {
  for (const operation of operations) {
    if (operation.method !== method) continue
    const names = match(operation.path, segments)
    if (names) return { operation, names }
  }
  return undefined
}

function match(path: string, segments: readonly string[]): Record<string, string> | undefined {
  const wanted = path.split('/').slice(1)
  if (wanted.length !== segments.length) return undefined
  const names: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const segment = segments[index] ?? ''
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name !== undefined) names[name] = segment
    else if (part.toLowerCase() !== segment.toLowerCase()) return undefined
  }
  return names
}
