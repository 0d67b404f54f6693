import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import type { AppSettings } from './app-settings.ts'
import type { HostJson } from './host-json.ts'
import type { OutputValue } from './output-values.ts'
import type { TypedValue } from './typed-value.ts'

/**
 * How other services take part in function apps. This service knows no other: what delivers the changes of a
 * Cosmos container or sends to a queue is passed in by the platform, one file for each arrow.
 */
export interface FunctionExtensions {
  readonly triggers: readonly TriggerSource[]
  readonly inputs: readonly InputSource[]
  readonly outputs: readonly OutputSink[]
  readonly webhooks: readonly ExtensionWebhook[]
}

/**
 * The address `/runtime/webhooks/NAME` of every app, by which a service delivers to its triggers.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-event-grid-trigger
 */
export interface ExtensionWebhook {
  /** `eventgrid`; its system key is `eventgrid_extension`. */
  readonly name: string
  /** Answers a caller that has shown the master key or the system key. */
  handle(app: string, request: IncomingMessage, response: ServerResponse): Promise<void>
}

/** One binding of one function, with its settings resolved. */
export interface BindingContext {
  readonly app: string
  readonly functionName: string
  /** The binding as the app declared it, `%NAME%` replaced. */
  readonly binding: JsonObject
  readonly settings: AppSettings
  readonly host: HostJson
  /** Names this host for leases and locks: the same after a restart. */
  readonly hostName: string
  /** The time of `{DateTime}` and `{sys.utcnow}`. */
  readonly clock: Clock
}

/** Delivers events of one trigger type. */
export interface TriggerSource {
  /** Binding type in lower case: `cosmosdbtrigger`. */
  readonly type: string
  /** Checks the binding and starts to deliver; a fault in the binding is a `ServiceError` or plain error. */
  listen(context: TriggerContext): Promise<TriggerListener>
}

export interface TriggerContext extends BindingContext {
  invoke(event: TriggerEvent): Promise<InvocationOutcome>
}

export interface TriggerListener {
  /** Takes no more events, and resolves when those being delivered have ended. */
  stop(): Promise<void>
  /** How many events wait or are being delivered: 0 means idle. */
  pending(): Promise<number>
}

/** One event, or one batch of them, for a function. */
export interface TriggerEvent {
  readonly input: TypedValue
  /** `context.triggerMetadata`, with the names of the real host. */
  readonly metadata?: JsonObject
  /** What `{name}` in other bindings of the function refers to; the metadata when absent. */
  readonly bindingData?: JsonObject
  /** The trace the event belongs to; a batch has one in each of its items instead. */
  readonly trace?: TraceContext
  readonly items?: readonly TriggerItem[]
  readonly signal?: AbortSignal
  /** Chosen by the caller where something else travels beside the invocation; else a new one. */
  readonly invocationId?: string
}

/** An element of a batch: an output that repeats its `id`, or its text, continues its trace. */
export interface TriggerItem {
  readonly text: string
  readonly trace?: TraceContext
}

export type InvocationOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly message: string }

/** Reads input bindings of one type. */
export interface InputSource {
  readonly type: string
  open(context: BindingContext): Promise<ReadInput>
}

/** Gives the value for one invocation, or `undefined` when there is none. */
export type ReadInput = (
  bindingData: JsonObject,
  trace: TraceContext,
) => Promise<TypedValue | undefined>

/** Writes output bindings of one type. */
export interface OutputSink {
  readonly type: string
  open(context: BindingContext): Promise<WriteOutput>
}

/** Writes all values of one invocation and resolves when they are durable. */
export type WriteOutput = (output: {
  readonly values: readonly OutputValue[]
  /** The trace each value continues, by index. */
  readonly traceOf: (index: number) => TraceContext
  readonly bindingData: JsonObject
}) => Promise<void>
