// Survives a crash: what a run started with and by which event, how it ended, and the definition that it was started with.
import type { DocumentKey } from '../../store/documents.ts'
import type { Operation, Store } from '../../store/store.ts'
import { readJson, writeJson } from '../../languages/workflow-expression/json-text.ts'
import {
  type Value,
  isNumber,
  isObject,
  toDouble,
} from '../../languages/workflow-expression/value.ts'
import { parseTraceparent, type TraceContext, formatTraceparent } from '../../base/trace-context.ts'
import { readEnd, type RunEnd, type RunEvent } from './run-events.ts'
import { readRunLog, type LogPlace } from './run-log.ts'

/** What a run started with. */
export interface RunStart {
  readonly id: string
  /** The workflow as the front end names it. */
  readonly workflow: string
  /** The definition it runs by. */
  readonly definition: string
  readonly startMs: number
  readonly trace: TraceContext
  /** What the front end keeps of the start: its trigger, correlation. */
  readonly header: Value
  /** Names the event that started it: no other run of the workflow is started by it. */
  readonly event?: string
}

/** A run as its history shows it. */
export interface RunSummary extends RunStart {
  readonly end: (RunEnd & { readonly endMs: number }) | undefined
}

/** Which runs a page of the history shows. */
export interface RunQuery {
  readonly workflow: string
  readonly limit: number
  /** Runs older than this one. */
  readonly after?: string
  readonly matches?: (run: RunSummary) => boolean
}

/** The runs of every workflow, as the store keeps them. */
export class RunHistory {
  readonly #store: Store
  readonly #prefix: string

  /** `prefix` names the collections: `logic-apps`. */
  constructor(store: Store, prefix: string) {
    this.#store = store
    this.#prefix = prefix
  }

  /** Where the log of a run is. */
  logPlace(workflow: string, id: string, timeToLiveMs: number): LogPlace {
    return { ...this.#log(workflow, id), timeToLiveMs }
  }

  startOperations(
    start: RunStart,
    options: { timeToLiveMs: number; isResumed: boolean },
  ): Operation[] {
    const { id, workflow, event } = start
    const put: Operation = {
      kind: 'document.put',
      ...this.#header(workflow, id),
      body: writeJson({
        workflow,
        definition: start.definition,
        startMs: start.startMs,
        trace: formatTraceparent(start.trace),
        header: start.header,
      }),
      etag: '"1"',
      expect: 'absent',
      timeToLiveMs: options.timeToLiveMs,
    }
    const batch: Operation[] = [put]
    // A run that is gone with the platform must be started again by its event.
    if (!options.isResumed) return batch
    batch.push({ kind: 'document.put', ...this.#active(workflow, id), body: '{}', etag: '"1"' })
    if (event !== undefined) batch.push(this.#startedBy({ id, workflow, event }, options))
    return batch
  }

  /** The run that an event has started. */
  async runOf(workflow: string, event: string): Promise<string | undefined> {
    const document = await this.#store.getDocument(this.#event(workflow, event))
    const body = document ? readJson(document.body) : null
    const run = isObject(body) ? body['run'] : undefined
    return typeof run === 'string' ? run : undefined
  }

  endOperations(
    start: RunStart,
    end: RunEnd & { endMs: number },
    timeToLiveMs: number,
  ): Operation[] {
    const { id, workflow, startMs } = start
    return [
      {
        kind: 'document.put',
        ...this.#ended(workflow, id),
        body: JSON.stringify({ ...end, startMs }),
        etag: '"1"',
        timeToLiveMs,
      },
      { kind: 'document.delete', ...this.#active(workflow, id) },
    ]
  }

  definitionOperation(workflow: string, hash: string, text: string): Operation {
    const body = JSON.stringify({ text })
    return { kind: 'document.put', ...this.#definition(workflow, hash), body, etag: '"1"' }
  }

  async definition(workflow: string, hash: string): Promise<string | undefined> {
    const document = await this.#store.getDocument(this.#definition(workflow, hash))
    const body = document ? readJson(document.body) : null
    const text = isObject(body) ? body['text'] : undefined
    return typeof text === 'string' ? text : undefined
  }

  async find(workflow: string, id: string): Promise<RunSummary | undefined> {
    const document = await this.#store.getDocument(this.#header(workflow, id))
    return document && this.#summary(id, document.body)
  }

  async events(workflow: string, id: string): Promise<readonly RunEvent[]> {
    return (await readRunLog(this.#store, this.#log(workflow, id))).events
  }

  /** The runs of a workflow that had not ended when the platform did. */
  async unfinished(workflow: string): Promise<readonly RunSummary[]> {
    const collection = `${this.#prefix}/active`
    const runs: RunSummary[] = []
    for await (const page of this.#store.scan({ collection, partition: workflow })) {
      for (const { id } of page) {
        const run = await this.find(workflow, id)
        if (run && !run.end) runs.push(run)
      }
    }
    return runs
  }

  /** How many runs of each workflow had not ended when the platform did. */
  async unfinishedCounts(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>()
    for await (const page of this.#store.scan({ collection: `${this.#prefix}/active` })) {
      for (const { partition } of page) counts.set(partition, (counts.get(partition) ?? 0) + 1)
    }
    return counts
  }

  /** Newest first; `next` goes on after the last one where there may be more. */
  async list(query: RunQuery): Promise<{ readonly runs: RunSummary[]; readonly next?: string }> {
    const { workflow, limit, after, matches } = query
    const runs: RunSummary[] = []
    const collection = `${this.#prefix}/runs/${workflow}`
    for await (const page of this.#store.scan({ collection, order: 'descending' })) {
      for (const { id, body } of page) {
        // Ids descend in time: what sorts up to the last one that was shown was shown.
        if (after !== undefined && id <= after) continue
        const run = await this.#summary(id, body)
        if (!run || (matches && !matches(run))) continue
        const last = runs.at(-1)
        if (runs.length === limit && last) return { runs, next: last.id }
        runs.push(run)
      }
    }
    return { runs }
  }

  async #summary(id: string, body: string): Promise<RunSummary | undefined> {
    const value = readJson(body)
    if (!isObject(value)) return undefined
    const { workflow, definition, startMs, trace, header = null } = value
    const context = parseTraceparent(typeof trace === 'string' ? trace : undefined)
    if (typeof workflow !== 'string' || typeof definition !== 'string' || !context) return undefined
    const end = await this.#endOf(workflow, id)
    return { id, workflow, definition, startMs: numberOf(startMs), trace: context, header, end }
  }

  async #endOf(workflow: string, id: string): Promise<RunSummary['end']> {
    const document = await this.#store.getDocument(this.#ended(workflow, id))
    if (!document) return undefined
    const value = readJson(document.body)
    const end = readEnd(value)
    return end && { ...end, endMs: isObject(value) ? numberOf(value['endMs']) : 0 }
  }

  #header(workflow: string, id: string): DocumentKey {
    return { collection: `${this.#prefix}/runs/${workflow}`, partition: id, id }
  }

  #ended(workflow: string, id: string): DocumentKey {
    return { collection: `${this.#prefix}/ended/${workflow}`, partition: id, id }
  }

  #startedBy(
    start: { readonly id: string; readonly workflow: string; readonly event: string },
    { timeToLiveMs }: { readonly timeToLiveMs: number },
  ): Operation {
    return {
      kind: 'document.put',
      ...this.#event(start.workflow, start.event),
      body: JSON.stringify({ run: start.id }),
      etag: '"1"',
      expect: 'absent',
      timeToLiveMs,
    }
  }

  #event(workflow: string, event: string): DocumentKey {
    return { collection: `${this.#prefix}/events`, partition: workflow, id: event }
  }

  #active(workflow: string, id: string): DocumentKey {
    return { collection: `${this.#prefix}/active`, partition: workflow, id }
  }

  #definition(workflow: string, hash: string): DocumentKey {
    return { collection: `${this.#prefix}/definitions`, partition: workflow, id: hash }
  }

  #log(workflow: string, id: string): { collection: string; partition: string } {
    return { collection: `${this.#prefix}/log`, partition: `${workflow}/${id}` }
  }
}

function numberOf(value: Value | undefined): number {
  return value !== undefined && isNumber(value) ? toDouble(value) : 0
}
