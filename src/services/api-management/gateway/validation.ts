import { parseToken } from '../../../languages/dotnet/json-reader.ts'
import type { GatewayCall } from './gateway-call.ts'
import { PolicyError } from './policy-error.ts'
import type { PolicySource, Value } from './policy-source.ts'

/** What is done about what is not valid. */
export type ValidationAction = 'ignore' | 'prevent' | 'detect'

/** https://learn.microsoft.com/azure/api-management/validate-content-policy#validation-errors */
export interface ValidationError {
  readonly name: string
  readonly type: string
  readonly rule: string
  /** For the owner of the API. */
  readonly details: string
  /** For the caller; absent where the caller is told nothing. */
  readonly answer?: string
}

const internalAnswer =
  'The request could not be processed due to an internal error. Contact the API owner.'

export function actionOf(
  source: PolicySource,
  attribute: string,
): Value<ValidationAction> | undefined {
  return source.choice(attribute, ['ignore', 'prevent', 'detect'])
}

export function requiredAction(source: PolicySource, attribute: string): Value<ValidationAction> {
  const action = actionOf(source, attribute)
  if (action) return action
  throw source.fault(`The required attribute '${attribute}' is missing.`)
}

/** What one run of a validation policy finds; the first set of errors that are to be prevented ends the call. */
export class Validation {
  readonly #call: GatewayCall
  readonly #policy: string
  readonly #variable: string | undefined
  readonly #found: (ValidationError & { readonly action: ValidationAction })[] = []

  constructor(call: GatewayCall, policy: { name: string; variable: string | undefined }) {
    this.#call = call
    this.#policy = policy.name
    this.#variable = policy.variable
  }

  report(action: ValidationAction, ...errors: readonly ValidationError[]): void {
    const [first] = errors
    if (action === 'ignore' || !first) return
    this.#found.push(...errors.map((each) => ({ ...each, action })))
    this.#tell()
    if (action !== 'prevent') return
    const isRequest = this.#call.section === 'inbound'
    throw new PolicyError({
      source: this.#policy,
      reason: isRequest ? 'Bad request' : 'Response not allowed',
      message: first.details,
      status: isRequest ? 400 : 502,
      answer: (isRequest ? first.answer : undefined) ?? internalAnswer,
    })
  }

  #tell(): void {
    if (this.#variable === undefined) return
    const list = this.#found.map(({ name, type, rule, details, action }) => ({
      Name: name,
      Type: type,
      ValidationRule: rule,
      Details: details,
      Action: action,
    }))
    this.#call.variables.set(
      this.#variable,
      parseToken(JSON.stringify(list), { readsDates: false }),
    )
  }
}
