import { messageOf } from '../../../base/errors.ts'

/** A section of a policy document. */
export type Section = 'inbound' | 'backend' | 'outbound' | 'on-error'

/** The level whose document a policy stands in; the narrowest one names the operation. */
export type PolicyScope = 'global' | 'workspace' | 'product' | 'api' | 'operation'

/** What went wrong, as `context.LastError` tells it and as the caller is answered when nobody handles it. */
export interface PolicyFault {
  readonly source: string
  readonly reason: string
  readonly message: string
  /** The answer: status and headers; its message is in the body. */
  readonly status: number
  readonly headers?: readonly (readonly [string, string])[]
  /** What the caller reads, where it is not the message: a fault of an expression tells nothing of itself. */
  readonly answer?: string
}

/**
 * A policy ended the call with an error: the `on-error` sections run next.
 * https://learn.microsoft.com/azure/api-management/api-management-error-handling-policies
 */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly fault: PolicyFault

  constructor(fault: PolicyFault, options: { cause?: unknown } = {}) {
    super(fault.message, options)
    this.fault = fault
  }
}

/** An expression threw: the caller reads nothing of it but 500. */
export function expressionFailed(policy: string, cause: unknown): PolicyError {
  return new PolicyError(
    {
      source: policy,
      reason: 'ExpressionValueEvaluationFailure',
      message: `Expression evaluation failed. ${messageOf(cause)}`,
      status: 500,
      answer: 'Internal server error',
    },
    { cause },
  )
}
