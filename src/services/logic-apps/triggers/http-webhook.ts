import { messageOf } from '../../../base/errors.ts'
import { newTrace } from '../../../base/trace-context.ts'
import type { Timer } from '../../../base/clock.ts'
import type { Value } from '../../../languages/workflow-expression/value.ts'
import { sendHttp } from '../http-call.ts'
import type { TriggerListen, TriggerListener, TriggerType } from '../trigger-type.ts'
import { memberOf, objectOf } from '../workflow-value.ts'

/** How long the wait before another try to subscribe is. */
const retryMs = 5_000

/** https://learn.microsoft.com/azure/connectors/connectors-native-webhook#add-an-http-webhook-trigger */
export const httpWebhook: TriggerType = {
  takesRequests: true,
  check({ definition, refuse }) {
    if (memberOf(definition.rawInputs, 'subscribe') === undefined) {
      throw refuse(`"The 'subscribe' property of 'inputs' is required."`)
    }
  },
  listen: (listen) => new HttpWebhookListener(listen),
}

class HttpWebhookListener implements TriggerListener {
  readonly #listen: TriggerListen
  readonly #ending = new AbortController()
  #timer: Timer | undefined

  constructor(listen: TriggerListen) {
    this.#listen = listen
  }

  async start(): Promise<void> {
    await this.#request('subscribe')
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    this.#timer?.cancel()
  }

  async remove(): Promise<void> {
    await this.#send(objectOf(this.#listen.evaluateInputs(), 'unsubscribe'))
  }

  async #request(part: 'subscribe'): Promise<void> {
    const { app, workflow, trigger, evaluateInputs } = this.#listen
    try {
      await this.#send(objectOf(evaluateInputs(), part))
    } catch (error) {
      if (this.#ending.signal.aborted) return
      const ids = { app: app.name, workflow: workflow.name, trigger: trigger.name }
      app.logger.warn(ids, `the trigger could not subscribe and tries again: ${messageOf(error)}`)
      this.#timer = app.clock.after(retryMs, () => void this.#request(part))
    }
  }

  async #send(inputs: Value): Promise<void> {
    if (memberOf(inputs, 'uri') === undefined) return
    const { app, workflow } = this.#listen
    const message = await sendHttp({
      app,
      inputs,
      workflowHeaders: { 'x-ms-workflow-name': workflow.name },
      isDeclared: true,
      trace: newTrace(),
      signal: new AbortController().signal,
    })
    if (message.statusCode >= 400)
      throw new Error(`the answer has the status ${message.statusCode}`)
  }
}
