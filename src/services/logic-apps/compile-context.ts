import type { ActionSource, LeafWork } from '../../engines/workflow/graph.ts'
import { ExpressionSyntaxError } from '../../languages/workflow-expression/expression-error.ts'
import type { CallReference } from '../../languages/workflow-expression/references.ts'
import {
  compileTemplate,
  type CompiledTemplate,
} from '../../languages/workflow-expression/template.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import type { ActionDefinition } from './action-definition.ts'
import { DefinitionError } from './definition-error.ts'
import type { SchemaUse } from './schemas.ts'

/** What the compilers of actions ask of the workflow that they are part of. */
export interface CompileContext {
  readonly isStateful: boolean
  /** Compiles the actions in a scope, branch or loop. */
  actions(list: Value | undefined, owner: ActionDefinition): readonly ActionSource[]
  /** Compiles a part of an action and notes what its expressions refer to. */
  template(action: ActionDefinition, value: Value, part: string): CompiledTemplate
  /** The fault of an action, to be thrown; the message is put behind the host's words for where it stands. */
  refuse(action: ActionDefinition, message: string): DefinitionError
  /** What the app has to offer, for refusals by name. */
  readonly catalog: Catalog
  /** The recorded results that actions may be told to give instead of being executed. */
  staticResult(name: string): Value | undefined
  hasStaticResults: boolean
}

/** What a service provider can do. */
interface CatalogProvider {
  hasAction(operation: string): boolean
  hasTrigger(operation: string): boolean
  /** Why operations are missing. */
  readonly missing: string | undefined
}

/** What an app can do, as far as definitions name it. */
export interface Catalog {
  /** The operations of a service provider; `undefined` for one that there is not. */
  serviceProvider(id: string): CatalogProvider | undefined
  serviceProviderConnection(name: string): boolean
  managedConnection(name: string): boolean
  functionConnection(name: string): boolean
  apiManagementConnection(name: string): boolean
  workflow(name: string): boolean
  artifact(kind: 'Maps' | 'Schemas', name: string): boolean
  /** Why a map that is there cannot run here. */
  mapProblem(name: string): string | undefined
  /** Why a schema that is there cannot be used here. */
  schemaProblem(use: SchemaUse, schema: string): string | undefined
}

/** Turns the definition of an action into what is executed; a new type of action is a new one of these. */
export type ActionCompiler = (
  action: ActionDefinition,
  context: CompileContext,
) => ActionSource['work']

export type { LeafWork }

/** Compiles a template; a text that is no expression is a `DefinitionError` in the host's words. */
export function compileOrRefuse(
  value: Value,
  refuse: (message: string) => DefinitionError,
): CompiledTemplate {
  try {
    return compileTemplate(value)
  } catch (error) {
    if (error instanceof ExpressionSyntaxError) throw refuse(error.message)
    throw error
  }
}

/** Calls of one part of an action, to be checked when all actions are known. */
export interface NotedCalls {
  readonly action: ActionDefinition
  readonly part: string
  readonly calls: readonly CallReference[]
}
