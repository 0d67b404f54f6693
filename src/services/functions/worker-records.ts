// Survives a crash: which worker processes were started and not known to have ended.
import { readFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { newUuid } from '../../base/ids.ts'
import { killWithGroup } from '../../processes/child-process.ts'
import type { Store } from '../../store/store.ts'

/** What a worker is started with, so that it is known again: a process id alone may be another program's by then. */
export interface WorkerMark {
  readonly id: string
  readonly argument: string
}

const processList = 'ps'
const collection = 'functions/workers'

/**
 * Ends what a killed platform has left behind. A worker ends by itself when its pipe closes, but one whose event
 * loop is blocked notices nothing and would compute for ever: the next start ends it.
 */
export class WorkerRecords {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  newMark(): WorkerMark {
    const id = newUuid()
    return { id, argument: `--functions-worker=${id}` }
  }

  /** Resolves when the record is durable: only then may the worker load code that could block it. */
  async add(mark: WorkerMark, pid: number): Promise<void> {
    const key = { collection, partition: mark.id, id: mark.id }
    const body = JSON.stringify({ pid })
    await this.#store.write([{ kind: 'document.put', ...key, body, etag: newUuid() }])
  }

  async remove(mark: WorkerMark): Promise<void> {
    await this.#store.write([
      { kind: 'document.delete', collection, partition: mark.id, id: mark.id },
    ])
  }

  /** Kills each recorded process that still is the worker it was. */
  async endLeftBehind(): Promise<void> {
    const left: { id: string; pid: unknown }[] = []
    for await (const page of this.#store.scan({ collection })) {
      for (const { id, body } of page) {
        const stored = parseJson(body)
        left.push({ id, pid: isJsonObject(stored) ? stored['pid'] : undefined })
      }
    }
    for (const { id, pid } of left) {
      if (typeof pid === 'number' && commandOf(pid).includes(id)) killWithGroup(pid)
      await this.remove({ id, argument: '' })
    }
  }
}

/** The command line of a process, or nothing when there is none. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // Not Linux, or no such process.
    return (
      spawnSync(processList, ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ??
      ''
    )
  }
}
