// Nothing here survives a crash: triggers are opened again at each start, and keep what they need themselves.
import type { Timer } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import { ExpressionError } from '../../languages/workflow-expression/expression-error.ts'
import type { CompiledTemplate } from '../../languages/workflow-expression/template.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import type { AppRuntime, BatchCall } from './app-runtime.ts'
import { triggerFailed, triggerNotFound } from './errors.ts'
import { TriggerEnvironment } from './expression-roots.ts'
import { openRetryMs } from './limits.ts'
import type { LogicAppParts } from './service-parts.ts'
import type { TriggerDefinition } from './trigger-definition.ts'
import { triggerTypes } from './trigger-table.ts'
import type { TriggerListener } from './trigger-type.ts'
import type { WorkflowHost } from './workflow-host.ts'

interface OpenTrigger {
  readonly host: WorkflowHost
  readonly listener: TriggerListener
}

/** The triggers of an app that listen. */
export class TriggerListeners {
  readonly #parts: LogicAppParts
  #open = new Map<string, OpenTrigger>()
  #stopped = false

  constructor(parts: LogicAppParts) {
    this.#parts = parts
  }

  /** Opens the triggers of these workflows, and closes those of others. */
  async open(
    hosts: readonly { readonly app: AppRuntime; readonly host: WorkflowHost }[],
  ): Promise<void> {
    const wanted = new Map<
      string,
      { app: AppRuntime; host: WorkflowHost; trigger: TriggerDefinition }
    >()
    for (const { app, host } of hosts) {
      for (const trigger of host.workflow.triggers) {
        wanted.set(keyOf(host.workflow.name, trigger.name), { app, host, trigger })
      }
    }
    for (const [key, open] of this.#open) {
      const next = wanted.get(key)
      if (next?.host === open.host) continue
      this.#open.delete(key)
      await open.listener.stop()
      if (!next) await open.listener.remove?.()
    }
    for (const [key, next] of wanted) if (!this.#open.has(key)) await this.#start(key, next)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map(({ listener }) => listener.stop()))
  }

  async pending(): Promise<number> {
    const counts = await Promise.all(
      [...this.#open.values()].map(async ({ listener }) => (await listener.pending?.()) ?? 0),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  async runNow(workflow: string, trigger: string): Promise<void> {
    const open = this.#open.get(keyOf(workflow, trigger))
    if (!open?.listener.runNow) throw triggerNotFound(workflow, trigger)
    await open.listener.runNow()
  }

  async addToBatch(host: WorkflowHost, call: BatchCall): Promise<void> {
    const open = this.#open.get(keyOf(host.workflow.name, call.trigger))
    if (!open?.listener.addToBatch) throw triggerNotFound(host.workflow.name, call.trigger)
    await open.listener.addToBatch(call)
  }

  async #start(
    key: string,
    parts: { app: AppRuntime; host: WorkflowHost; trigger: TriggerDefinition },
  ): Promise<void> {
    if (this.#stopped) return
    const { app, host, trigger } = parts
    const type = triggerTypes.get(trigger.type.toLowerCase())
    if (!type?.listen) return
    const ids = { app: app.name, workflow: host.workflow.name, trigger: trigger.name }
    try {
      const listener = type.listen({
        app,
        store: this.#parts.store,
        workflow: host.workflow,
        trigger,
        providers: this.#parts.serviceProviders,
        connectors: this.#parts.connectors,
        fire: (event) => host.fire(trigger, event),
        evaluateInputs: (callbackUrl) => evaluate(parts, trigger.inputs, callbackUrl),
        evaluateRecurrence: () => trigger.recurrence && evaluate(parts, trigger.recurrence),
      })
      await listener.start()
      this.#open.set(key, { host, listener })
    } catch (error) {
      // One trigger that cannot be opened must not stop the others: what it listens to may come later.
      this.#parts.logger.error(ids, `the trigger cannot be opened: ${messageOf(error)}`)
      const timer = this.#parts.clock.after(openRetryMs, () => void this.#start(key, parts))
      this.#open.set(key, { host, listener: retrying(timer) })
    }
  }
}

/** A trigger that could not be opened and is tried again. */
function retrying(timer: Timer): TriggerListener {
  return { start: async () => {}, stop: async () => timer.cancel() }
}

function evaluate(
  parts: { app: AppRuntime; host: WorkflowHost; trigger: TriggerDefinition },
  template: CompiledTemplate,
  callbackUrl?: string,
): Value {
  const { app, host, trigger } = parts
  const { workflow } = host
  const url = callbackUrl ?? app.callbackUrl(workflow, trigger.name)
  const environment = new TriggerEnvironment({
    context: {
      app,
      workflow,
      trigger: undefined,
      clientTrackingId: '',
      runId: '',
      originRunId: '',
    },
    extras: { callbackUrl: url },
  })
  try {
    return template.evaluate(environment)
  } catch (error) {
    if (error instanceof ExpressionError) throw triggerFailed(error.message)
    throw error
  }
}

function keyOf(workflow: string, trigger: string): string {
  return `${workflow}/${trigger}`.toLowerCase()
}
