// Survives a crash: when the trigger is due next. A turn that passed while the platform was down is made good once; a
// sliding window has each of its windows.
import type { Timer } from '../../../base/clock.ts'
import { messageOf } from '../../../base/errors.ts'
import { parseJson } from '../../../base/json.ts'
import type { Value } from '../../../languages/workflow-expression/value.ts'
import { nextOccurrence, parseRecurrence, type Recurrence } from '../recurrence-schedule.ts'
import { timeText } from '../time-text.ts'
import type { TriggerListen, TriggerListener, TriggerType } from '../trigger-type.ts'
import { parseIsoDuration } from '../../../base/iso-duration.ts'
import { integerOf, textOf } from '../workflow-value.ts'

/** https://learn.microsoft.com/azure/connectors/connectors-native-recurrence and .../connectors-native-sliding-window */
export const recurrence: TriggerType = {
  takesRequests: false,
  check({ definition, refuse }) {
    const { recurrence: template } = definition
    if (!template) throw refuse(`"The property 'recurrence' is required."`)
    if (template.constant !== undefined && !parseRecurrence(template.constant)) {
      throw refuse(
        `"The 'recurrence' is not valid: it needs a 'frequency' of 'Second' to 'Year' and an 'interval'."`,
      )
    }
  },
  listen: (listen) => new RecurrenceListener(listen),
}

/** Fires at the times of a schedule; also what polling triggers look by. */
export class RecurrenceListener implements TriggerListener {
  readonly #listen: TriggerListen
  readonly #work: (scheduledMs: number) => Promise<number | undefined>
  #recurrence: Recurrence | undefined
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #nextMs = 0
  #stopped = false

  constructor(listen: TriggerListen, work?: (scheduledMs: number) => Promise<number | undefined>) {
    this.#listen = listen
    this.#work = work ?? ((scheduledMs) => this.#fire(scheduledMs))
  }

  async start(): Promise<void> {
    const { app, trigger, recurrence: value } = this.#parts()
    this.#recurrence = value
    if (!value) {
      app.logger.warn({ trigger: trigger.name }, 'the recurrence of the trigger is not valid')
      return
    }
    const nowMs = app.clock.now()
    this.#nextMs = (await this.#load()) ?? value.startMs ?? nowMs
    if (value.startMs === undefined && value.schedule && this.#nextMs === nowMs) {
      this.#nextMs = nextOccurrence(value, nowMs - 1, nowMs)
    }
    // Without a sliding window only the last turn that was missed is made good.
    if (!this.#isWindow && this.#nextMs < nowMs && value.startMs !== undefined) {
      this.#nextMs = nextOccurrence(value, nowMs - 1, value.startMs)
    }
    this.#arm()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#running
  }

  async runNow(): Promise<void> {
    await this.#work(this.#listen.app.clock.now())
  }

  get #isWindow(): boolean {
    return this.#listen.trigger.type.toLowerCase() === 'slidingwindow'
  }

  #parts() {
    const { app, trigger, workflow } = this.#listen
    const value = this.#listen.evaluateRecurrence()
    return {
      app,
      trigger,
      workflow,
      recurrence: value === undefined ? undefined : parseRecurrence(value),
    }
  }

  #arm(): void {
    if (this.#stopped || !this.#recurrence) return
    const { endMs } = this.#recurrence
    if (endMs !== undefined && this.#nextMs > endMs) return
    const { clock } = this.#listen.app
    const delayMs = Math.max(this.#nextMs - clock.now() + this.#delayMs(), 0)
    this.#timer = clock.after(delayMs, () => {
      this.#running = this.#turn().finally(() => {
        this.#running = undefined
        this.#arm()
      })
    })
  }

  /** How much later than its end a window fires: `inputs.delay`. */
  #delayMs(): number {
    const delay = this.#isWindow ? textOf(this.#listen.evaluateInputs(), 'delay') : undefined
    return delay === undefined ? 0 : (parseIsoDuration(delay) ?? 0)
  }

  async #turn(): Promise<void> {
    const { app, trigger, workflow } = this.#listen
    const scheduledMs = this.#nextMs
    let askedMs: number | undefined
    try {
      askedMs = await this.#work(scheduledMs)
    } catch (error) {
      const ids = { app: app.name, workflow: workflow.name, trigger: trigger.name }
      app.logger.warn(ids, `the trigger failed: ${messageOf(error)}`)
    }
    if (!this.#recurrence) return
    const nowMs = app.clock.now()
    const fromMs = this.#isWindow ? scheduledMs : Math.max(scheduledMs, nowMs)
    const next = nextOccurrence(this.#recurrence, fromMs, this.#recurrence.startMs ?? scheduledMs)
    this.#nextMs = askedMs === undefined ? next : nowMs + askedMs
    await this.#save()
  }

  async #fire(scheduledMs: number): Promise<undefined> {
    await this.#listen.fire({ outputs: this.#outputs(scheduledMs), scheduledMs })
  }

  #outputs(scheduledMs: number): Value {
    if (!this.#isWindow || !this.#recurrence) return {}
    const next = nextOccurrence(
      this.#recurrence,
      scheduledMs,
      this.#recurrence.startMs ?? scheduledMs,
    )
    return {
      body: { windowStartTime: timeText(scheduledMs), windowEndTime: timeText(next) },
      windowStartTime: timeText(scheduledMs),
      windowEndTime: timeText(next),
    }
  }

  async #load(): Promise<number | undefined> {
    const document = await this.#listen.store.getDocument(this.#key())
    if (!document) return undefined
    const value = parseJson(document.body)
    // A schedule that was changed since begins anew.
    if (textOf(value, 'schedule') !== this.#text()) return undefined
    return integerOf(value, 'nextMs')
  }

  async #save(): Promise<void> {
    const body = JSON.stringify({ nextMs: this.#nextMs, schedule: this.#text() })
    await this.#listen.store.write([{ kind: 'document.put', ...this.#key(), body, etag: '"1"' }])
  }

  #text(): string {
    return JSON.stringify(this.#recurrence)
  }

  #key() {
    const { app, workflow, trigger } = this.#listen
    const partition = `${app.name}/${workflow.name}/${trigger.name}`
    return { collection: 'logic-apps/schedules', partition, id: 'next' }
  }
}
