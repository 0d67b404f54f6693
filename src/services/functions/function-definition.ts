import type { JsonObject } from '../../base/json.ts'
import type { ReadInput, WriteOutput } from './extension.ts'
import type { RetryPolicy } from './retry-policy.ts'

/** A function as its app registered it, with its bindings opened: ready to be called. */
export interface FunctionDefinition {
  readonly functionId: string
  readonly name: string
  readonly trigger: { readonly name: string; readonly type: string; readonly binding: JsonObject }
  readonly inputs: readonly { readonly name: string; readonly read: ReadInput }[]
  /** By binding name; `$return` is the return value. */
  readonly outputs: ReadonlyMap<string, WriteOutput>
  /** As the app declared them. */
  readonly bindings: readonly JsonObject[]
  readonly warnings: readonly string[]
  readonly retry?: RetryPolicy
  /** Why it is not called, where it is disabled. */
  readonly disabled?: string
}
