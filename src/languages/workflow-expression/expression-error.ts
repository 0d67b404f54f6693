import type { JsonPath } from '../../base/json-source.ts'

/** The error code that Logic Apps gives to every fault of an expression. */
export const invalidTemplate = 'InvalidTemplate'

/** A text that is no expression; `offset` counts from the start of the string that holds it. */
export class ExpressionSyntaxError extends Error {
  override readonly name = 'ExpressionSyntaxError'
  readonly code = invalidTemplate
  readonly offset: number
  /** Where the string stands in the inputs. */
  readonly path: JsonPath

  constructor(message: string, offset: number, path: JsonPath = []) {
    super(message)
    this.offset = offset
    this.path = path
  }
}

/** A fault of evaluating: the message is what the host puts between the quotes of its `InvalidTemplate`. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
  readonly code = invalidTemplate
}

/**
 * The message of a failed action or trigger: `subject` is such as `action 'Compose' inputs`.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-diagnosing-failures
 */
export function templateFailure(subject: string, message: string): string {
  return `Unable to process template language expressions in ${subject} at line '0' and column '0': '${message}'.`
}

/** Where the host's messages send the reader for a function. */
export function usage(name: string): string {
  return ` Please see https://aka.ms/logicexpressions#${name} for usage details.`
}

/** `The template language function 'x' ...`. */
export function functionError(name: string, rest: string): ExpressionError {
  return new ExpressionError(`The template language function '${name}' ${rest}`)
}

/** The value does not become what the function makes of it. */
export function notConvertible(
  name: string,
  why = 'The value cannot be converted to the target type.',
): ExpressionError {
  return functionError(name, `was invoked with a parameter that is not valid. ${why}`)
}

/** The parameters of a function that says no more about them. */
export function notValidParameters(name: string): ExpressionError {
  return new ExpressionError(
    `The provided parameters for template language function '${name}' are not valid.`,
  )
}
