import type { WorkflowGraph } from '../../engines/workflow/graph.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import type { ActionDefinition } from './action-definition.ts'
import type { DefinitionFile } from './definition-file.ts'
import type { ManagedConnectorAnswer } from './managed-connector.ts'
import type { TriggerDefinition } from './trigger-definition.ts'

/** A workflow that can be run. */
export interface CompiledWorkflow {
  readonly name: string
  readonly file: DefinitionFile
  readonly graph: WorkflowGraph
  /** By name in lower case. */
  readonly actions: ReadonlyMap<string, ActionDefinition>
  readonly triggers: readonly TriggerDefinition[]
  readonly isStateful: boolean
  /** Whether a Response action is somewhere in it. */
  readonly hasResponse: boolean
  /** Answers of managed connectors, by action in lower case, that were recorded beside the workflow. */
  readonly recorded: ReadonlyMap<string, ManagedConnectorAnswer>
  parameter(name: string): Value | undefined
}
