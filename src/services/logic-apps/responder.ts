import type { Value } from '../../languages/workflow-expression/value.ts'

/** What a Response action gives. */
export interface WorkflowResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Value | undefined
}

/** A caller that waits for the answer of a run. */
export interface Responder {
  /** False when the caller is gone or has an answer: its time is over. */
  respond(response: WorkflowResponse): boolean
}
