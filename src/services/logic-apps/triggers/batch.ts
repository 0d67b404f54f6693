// Survives a crash: the messages that a batch has collected, and when it began.
import { messageOf } from '../../../base/errors.ts'
import type { Timer } from '../../../base/clock.ts'
import { newUuid } from '../../../base/ids.ts'
import { formatTraceparent, parseTraceparent } from '../../../base/trace-context.ts'
import { readJson, writeJson } from '../../../languages/workflow-expression/json-text.ts'
import type { Value } from '../../../languages/workflow-expression/value.ts'
import type { StoredMessage } from '../../../store/messages.ts'
import type { BatchCall } from '../app-runtime.ts'
import { batchMessagesMax } from '../limits.ts'
import { nextOccurrence, parseRecurrence } from '../recurrence-schedule.ts'
import type { TriggerListen, TriggerListener, TriggerType } from '../trigger-type.ts'
import { integerOf, memberOf, objectOf, textOf } from '../workflow-value.ts'

/** Collects messages until a batch is full, large enough or due: https://learn.microsoft.com/azure/logic-apps/logic-apps-batch-process-send-receive-messages */
export const batch: TriggerType = {
  takesRequests: false,
  check({ definition, refuse }) {
    const configurations = objectOf(definition.rawInputs, 'configurations')
    if (textOf(definition.rawInputs, 'mode')?.toLowerCase() === 'integrationaccount') {
      throw refuse(
        `"The batch mode 'IntegrationAccount' is not supported: it needs an integration account."`,
      )
    }
    if (Object.keys(configurations).length === 0) {
      throw refuse(`"The 'configurations' property of 'inputs' is required."`)
    }
  },
  listen: (listen) => new BatchListener(listen),
}

interface Criteria {
  readonly count: number | undefined
  readonly bytes: number | undefined
  readonly recurrence: Value | undefined
}

class BatchListener implements TriggerListener {
  readonly #listen: TriggerListen
  readonly #timers = new Map<string, Timer>()
  #work: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(listen: TriggerListen) {
    this.#listen = listen
  }

  async start(): Promise<void> {
    for (const name of this.#names()) {
      this.#arm(name)
      await this.#inTurn(() => this.#release(name, { isDue: false }))
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers.values()) timer.cancel()
    await this.#work
  }

  async addToBatch(call: BatchCall): Promise<void> {
    const { store } = this.#listen
    const name = this.#names().find((each) => each.toLowerCase() === call.batchName.toLowerCase())
    if (name === undefined) throw new Error(`the batch '${call.batchName}' is not declared`)
    const partitionName = call.partitionName ?? 'DEFAULT'
    const properties = { partitionName, messageId: call.messageId ?? newUuid() }
    await store.write([
      {
        kind: 'message.append',
        queue: this.#queue(name),
        body: writeJson(call.content),
        properties: JSON.stringify(properties),
        trace: formatTraceparent(call.trace),
      },
    ])
    await this.#inTurn(() => this.#release(name, { isDue: false }))
  }

  #names(): string[] {
    return Object.keys(objectOf(this.#listen.evaluateInputs(), 'configurations'))
  }

  #criteria(name: string): Criteria {
    const configuration = memberOf(objectOf(this.#listen.evaluateInputs(), 'configurations'), name)
    const criteria = objectOf(configuration, 'releaseCriteria')
    return {
      count: integerOf(criteria, 'messageCount'),
      bytes: integerOf(criteria, 'batchSize'),
      recurrence: memberOf(criteria, 'recurrence'),
    }
  }

  #queue(name: string): string {
    const { app, workflow, trigger } = this.#listen
    return `logic-apps/batches/${app.name}/${workflow.name}/${trigger.name}/${name}`
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      const { app, trigger } = this.#listen
      app.logger.error(
        { trigger: trigger.name },
        `a batch could not be released: ${messageOf(error)}`,
      )
    })
    return this.#work
  }

  #arm(name: string): void {
    const { recurrence } = this.#criteria(name)
    const schedule = recurrence === undefined ? undefined : parseRecurrence(recurrence)
    if (!schedule || this.#stopped) return
    const { clock } = this.#listen.app
    const nowMs = clock.now()
    const nextMs = nextOccurrence(schedule, nowMs, schedule.startMs ?? nowMs)
    const timer = clock.after(nextMs - nowMs, () => {
      void this.#inTurn(() => this.#release(name, { isDue: true })).then(() => this.#arm(name))
    })
    this.#timers.set(name, timer)
  }

  /** Starts a run for each partition that meets a criterion. */
  async #release(name: string, { isDue }: { isDue: boolean }): Promise<void> {
    const { store } = this.#listen
    const { count, bytes } = this.#criteria(name)
    const waiting = await store.browse({
      queue: this.#queue(name),
      from: 0,
      limit: batchMessagesMax,
    })
    for (const [partition, messages] of groupsOf(waiting)) {
      const size = messages.reduce((sum, message) => sum + Buffer.byteLength(textBody(message)), 0)
      const isFull =
        (count !== undefined && messages.length >= count) || (bytes !== undefined && size >= bytes)
      if (isFull || isDue || messages.length >= batchMessagesMax) {
        const taken = isDue ? messages : messages.slice(0, count ?? messages.length)
        await this.#fire(name, partition, taken)
      }
    }
  }

  async #fire(
    name: string,
    partitionName: string,
    messages: readonly StoredMessage[],
  ): Promise<void> {
    const { fire, store } = this.#listen
    const queue = this.#queue(name)
    const trace = parseTraceparent(messages[0]?.trace)
    await fire({
      outputs: {
        body: {
          batchName: name,
          partitionName,
          items: messages.map((message): Value => {
            const properties = readJson(message.properties)
            return {
              batchName: name,
              partitionName,
              messageId: textOf(properties, 'messageId') ?? '',
              content: readJson(textBody(message)),
            }
          }),
        },
      },
      ...(trace ? { trace } : {}),
    })
    // The run is durable: a crash before this makes a second run of the same messages, never none.
    const { clock } = this.#listen.app
    const untilMs = clock.now() + 60_000
    const sequences = new Set(messages.map(({ sequence }) => sequence))
    const [{ messages: claimed }] = await store.write([
      { kind: 'message.claim', queue, count: batchMessagesMax, untilMs, rules: {} },
    ])
    await store.write(
      claimed.map(({ sequence, token }) => ({
        kind: 'message.settle' as const,
        queue,
        sequence,
        token,
        outcome: sequences.has(sequence)
          ? ({ kind: 'remove' } as const)
          : ({ kind: 'release' } as const),
        rules: {},
      })),
    )
  }
}

function groupsOf(messages: readonly StoredMessage[]): Map<string, StoredMessage[]> {
  const groups = new Map<string, StoredMessage[]>()
  for (const message of messages) {
    const partition = textOf(readJson(message.properties), 'partitionName') ?? 'DEFAULT'
    const group = groups.get(partition) ?? []
    group.push(message)
    groups.set(partition, group)
  }
  return groups
}

function textBody({ body }: StoredMessage): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString('utf8')
}
