import type { CompiledTemplate } from '../../languages/workflow-expression/template.ts'
import type { Value, ValueObject } from '../../languages/workflow-expression/value.ts'
import type { Condition } from './condition.ts'

/** A trigger as its definition writes it, with its expressions compiled. */
export interface TriggerDefinition {
  readonly name: string
  readonly type: string
  readonly kind: string | undefined
  readonly body: ValueObject
  /** Not evaluated: schemas and the like are no templates. */
  readonly rawInputs: Value
  readonly inputs: CompiledTemplate
  readonly recurrence: CompiledTemplate | undefined
  readonly splitOn: CompiledTemplate | undefined
  readonly conditions: readonly Condition[]
  readonly clientTrackingId: CompiledTemplate | undefined
  readonly splitTrackingId: CompiledTemplate | undefined
  /** In lower case. */
  readonly operationOptions: ReadonlySet<string>
  readonly runtimeConfiguration: ValueObject
  readonly secure: { readonly inputs: boolean; readonly outputs: boolean }
  /** Runs at the same time, and those that wait beside them; absent without a limit. */
  readonly concurrency: { readonly runs: number; readonly waiting: number } | undefined
}
