import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import type { OutgoingHttp } from '../../protocols/http/outgoing-http.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import type { Artifacts } from './artifacts.ts'
import type { CompiledWorkflow } from './compiled-workflow.ts'
import type { Connections } from './connections.ts'
import type { HostSettings } from './host-settings.ts'
import type { ManagedConnectors } from './managed-connectors.ts'
import type { Maps } from './maps.ts'
import type { WorkflowResponse } from './responder.ts'
import type { RunContext } from './run-context.ts'
import type { Schemas } from './schemas.ts'
import type { ScriptThread } from './script-thread.ts'
import type { ServiceProviders } from './service-providers.ts'

/** The settings of an app, by name without regard to case. */
export interface AppSettingSource {
  get(name: string): string | undefined
}

/** A token for another service in the name of the app. */
export type IdentityToken = (request: {
  readonly site: string
  readonly audience: string
  readonly identity: string | undefined
}) => Promise<string>

/** What the actions of an app's workflows are executed with. */
export interface AppRuntime {
  readonly name: string
  readonly site: string | undefined
  /** `/subscriptions/.../sites/NAME/hostruntime/...`: what expressions show as the id of a workflow begins with it. */
  readonly resourceId: string
  readonly location: string
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly outgoing: OutgoingHttp
  readonly settings: AppSettingSource
  readonly hostSettings: HostSettings
  readonly connections: Connections
  readonly artifacts: Artifacts
  readonly maps: Maps
  readonly schemas: Schemas
  readonly scripts: ScriptThread
  readonly serviceProviders: ServiceProviders
  readonly connectors: ManagedConnectors
  readonly identityToken: IdentityToken | undefined
  /** Runs that have not ended and do not wait for a person or a far time. */
  readonly busyRuns: number
  /** The signed address of a trigger; of the workflow's only one where none is named. */
  callbackUrl(workflow: CompiledWorkflow, trigger: string | undefined): string
  /** The signed address that goes on with an action that waits. */
  actionCallbackUrl(context: RunContext, key: string): string
  /** Resolves with what is posted to the address of a waiting action. */
  waitForCallback(context: RunContext, key: string, signal: AbortSignal): Promise<Value>
  /** A name for a run that is to be started. */
  newRunId(): string
  /** Runs another workflow of the app and waits for its answer. */
  callWorkflow(call: ChildCall): Promise<WorkflowResponse & { readonly runId: string }>
  /** Adds messages to a batch of another workflow of the app. */
  sendToBatch(call: BatchCall): Promise<void>
}

export interface ChildCall {
  /** The run that is to be started: one that is there already was started before a crash. */
  readonly runId: string
  readonly workflow: string
  readonly trigger: string | undefined
  readonly body: Value | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly clientTrackingId: string
  readonly trace: TraceContext
  readonly signal: AbortSignal
}

export interface BatchCall {
  readonly workflow: string
  readonly trigger: string
  readonly batchName: string
  readonly partitionName: string | undefined
  readonly messageId: string | undefined
  readonly content: Value
  readonly trace: TraceContext
}
