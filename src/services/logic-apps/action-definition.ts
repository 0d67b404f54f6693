import type { ActionStatus } from '../../engines/workflow/status.ts'
import type { Value, ValueObject } from '../../languages/workflow-expression/value.ts'

/** An action as its definition writes it. */
export interface ActionDefinition {
  readonly name: string
  /** `Scope/Inner` */
  readonly path: string
  readonly type: string
  readonly kind: string | undefined
  readonly inputs: Value | undefined
  readonly runAfter: Readonly<Record<string, readonly ActionStatus[]>>
  /** In lower case. */
  readonly operationOptions: ReadonlySet<string>
  readonly runtimeConfiguration: ValueObject
  readonly limit: ValueObject
  readonly body: ValueObject
  /** What the run history does not show. */
  readonly secure: { inputs: boolean; readonly outputs: boolean }
}
