import { ServiceError } from '../../base/errors.ts'
import { DefinitionError } from './definition-error.ts'
import type { LogicApp } from './logic-app.ts'

/** Compiles a definition without taking it over; what is wrong with it is a `ServiceError` in the host's words. */
export function compileWorkflowText(
  app: LogicApp,
  definition: { name: string; text: string },
): void {
  try {
    app.check(definition)
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error
    throw new ServiceError(error.code, 400, error.message)
  }
}
