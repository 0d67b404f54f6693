import type { ActionDefinition } from './action-definition.ts'
import type { CompileContext } from './compile-context.ts'
import { objectOf, textOf } from './workflow-value.ts'

/** The schema of the app that an action names; an action that names none is refused. */
export function schemaName(action: ActionDefinition, context: CompileContext): string {
  const account = objectOf(objectOf(action.inputs, 'integrationAccount'), 'schema')
  const name = textOf(objectOf(action.inputs, 'schema'), 'name') ?? textOf(account, 'name')
  if (name !== undefined && context.catalog.artifact('Schemas', name)) return name
  throw context.refuse(
    action,
    `"The schema '${name ?? ''}' is not in the folder 'Artifacts/Schemas' of the app."`,
  )
}
