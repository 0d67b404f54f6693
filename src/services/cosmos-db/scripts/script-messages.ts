import type { JsonValue } from '../../../base/json.ts'

/** What the thread of scripts is told. */
export type ToScriptThread =
  | {
      readonly kind: 'begin'
      readonly run: number
      readonly program: ScriptProgram
      readonly timeoutMs: number
      readonly memoryBytes: number
    }
  | {
      readonly kind: 'deliver'
      readonly run: number
      readonly results: readonly ScriptCallResult[]
    }
  | { readonly kind: 'end'; readonly run: number }

/** A script, and what it is run with. */
export interface ScriptProgram {
  /** A function. */
  readonly source: string
  readonly parameters: readonly JsonValue[]
  /** What `getContext()` shows of the request, its answer and the container. */
  readonly context: {
    readonly operation: string
    readonly request: JsonValue
    readonly response: JsonValue
    readonly selfLink: string
    readonly altLink: string
  }
}

/** What a script asks of its container. */
export interface ScriptCall {
  readonly call: number
  readonly operation: 'create' | 'upsert' | 'read' | 'replace' | 'delete' | 'query'
  /** Of the item, or of the container. */
  readonly link: string
  readonly body: JsonValue
  readonly options: JsonValue
}

export type ScriptCallResult =
  | {
      readonly call: number
      readonly body: JsonValue
      readonly options: JsonValue
    }
  | { readonly call: number; readonly error: { readonly number: number; readonly body: string } }

/** How far a run is: it waits for the results of calls, or it is over. */
export type FromScriptThread =
  | { readonly run: number; readonly kind: 'calls'; readonly calls: readonly ScriptCall[] }
  | {
      readonly run: number
      readonly kind: 'done'
      readonly request: JsonValue
      readonly response: JsonValue
      readonly log: string
    }
  | {
      readonly run: number
      readonly kind: 'fault'
      readonly fault: 'failed' | 'timeout'
      readonly message: string
    }
