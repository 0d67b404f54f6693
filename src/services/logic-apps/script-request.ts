/** A script for the thread; `context` is the JSON text of `workflowContext`. */
export interface ScriptRequest {
  readonly code: string
  readonly context: string
  readonly timeoutMs: number
  readonly memoryBytes: number
}

/** What a script gave, as JSON text, or why it gave nothing. */
export type ScriptAnswer =
  | { readonly json: string }
  | {
      readonly error: { readonly kind: 'failed' | 'timeout' | 'syntax'; readonly message: string }
    }
