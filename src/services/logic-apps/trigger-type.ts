import type { TraceContext } from '../../base/trace-context.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import type { Store } from '../../store/store.ts'
import type { AppRuntime, BatchCall } from './app-runtime.ts'
import type { Catalog } from './compile-context.ts'
import type { DefinitionError } from './definition-error.ts'
import type { CompiledWorkflow } from './compiled-workflow.ts'
import type { ManagedConnectors } from './managed-connectors.ts'
import type { Responder } from './responder.ts'
import type { ServiceProviders } from './service-providers.ts'
import type { TriggerDefinition } from './trigger-definition.ts'

/** Something happened that a trigger hears of. */
export interface TriggerEvent {
  readonly outputs: Value
  readonly inputs?: Value
  readonly trace?: TraceContext
  /** Traces of the items of a body that is split. */
  readonly itemTraces?: readonly (TraceContext | undefined)[]
  readonly clientTrackingId?: string
  readonly scheduledMs?: number
  readonly responder?: Responder
  readonly originRunId?: string
  /** The id of the run, where it was given before it started. */
  readonly runId?: string
  /** Names the items of the body, the same at every delivery: what has started its run starts no other one. */
  readonly keys?: readonly string[]
  /** Whoever waits for the answer asks again when a crash cuts the run short. */
  readonly isAskedAgain?: boolean
}

export interface FiredRun {
  readonly runId: string
  readonly ended: Promise<unknown>
  /** An earlier delivery of the event had started it. */
  readonly isRepeated: boolean
}

/** What came of an event. */
export interface FiredRuns {
  readonly runs: readonly FiredRun[]
  /** A condition of the trigger did not hold: nothing was started. */
  readonly isSkipped: boolean
}

/** What a trigger that listens by itself is started with. */
export interface TriggerListen {
  readonly app: AppRuntime
  readonly store: Store
  readonly workflow: CompiledWorkflow
  readonly trigger: TriggerDefinition
  readonly providers: ServiceProviders
  readonly connectors: ManagedConnectors
  /** Resolves when the runs are durable. */
  readonly fire: (event: TriggerEvent) => Promise<FiredRuns>
  /** Evaluates an input of the trigger as it is now. */
  readonly evaluateInputs: (callbackUrl?: string) => Value
  readonly evaluateRecurrence: () => Value | undefined
}

export interface TriggerListener {
  start(): Promise<void>
  stop(): Promise<void>
  /** The trigger is gone for good: what it made elsewhere goes too. */
  remove?(): Promise<void>
  pending?(): Promise<number>
  /** Looks, or fires, now: `triggers/{name}/run`. */
  runNow?(): Promise<void>
  /** Takes a message of a SendToBatch action. */
  addToBatch?(call: BatchCall): Promise<void>
}

/** One type of trigger. */
export interface TriggerType {
  /** Whether a request to its callback address fires it. */
  readonly takesRequests: boolean
  check?(parts: {
    readonly definition: TriggerDefinition
    readonly catalog: Catalog
    /** The fault of the definition, to be thrown. */
    readonly refuse: (message: string) => DefinitionError
  }): void
  listen?(listen: TriggerListen): TriggerListener
}
