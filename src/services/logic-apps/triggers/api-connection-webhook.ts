import { newTrace } from '../../../base/trace-context.ts'
import { messageOf } from '../../../base/errors.ts'
import type { Timer } from '../../../base/clock.ts'
import { connectionCall } from '../connection-call.ts'
import type { ManagedSubscription } from '../managed-connector.ts'
import type { TriggerListen, TriggerListener, TriggerType } from '../trigger-type.ts'

/** How long the wait before another try to subscribe is: the other service may come up later. */
const retryMs = 5_000

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#apiconnectionwebhook-trigger */
export const apiConnectionWebhook: TriggerType = {
  takesRequests: true,
  listen: (listen) => new WebhookListener(listen),
}

class WebhookListener implements TriggerListener {
  readonly #listen: TriggerListen
  readonly #ending = new AbortController()
  #subscription: ManagedSubscription | undefined
  #timer: Timer | undefined

  constructor(listen: TriggerListen) {
    this.#listen = listen
  }

  async start(): Promise<void> {
    await this.#subscribe()
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    this.#timer?.cancel()
    await this.#subscription?.stop?.()
  }

  async remove(): Promise<void> {
    await this.#subscription?.unsubscribe()
  }

  async #subscribe(): Promise<void> {
    const { app, workflow, trigger, connectors, evaluateInputs } = this.#listen
    const callbackUrl = app.callbackUrl(workflow, trigger.name)
    try {
      const call = connectionCall(evaluateInputs(callbackUrl), {
        app,
        workflow,
        trace: newTrace(),
        signal: this.#ending.signal,
      })
      this.#subscription = await connectors.subscribe({ ...call, callbackUrl })
    } catch (error) {
      if (this.#ending.signal.aborted) return
      const ids = { app: app.name, workflow: workflow.name, trigger: trigger.name }
      app.logger.warn(ids, `the trigger could not subscribe and tries again: ${messageOf(error)}`)
      this.#timer = app.clock.after(retryMs, () => void this.#subscribe())
    }
  }
}
