import { strict as assert } from 'node:assert'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { groupBatchesMax } from '../limits.ts'
import { Engine, type GroupOutcome, type TimedBatch } from './engine.ts'
import type { FlatValue } from './flat-values.ts'
import { decodeGroup } from './group-codec.ts'
import { encodeOutcomes } from './outcome-codec.ts'
import { closeWriting, openForWriting } from './writing-connection.ts'

/** What the store's own thread is told. */
export type ThreadRequest =
  | { readonly kind: 'write'; readonly group: readonly FlatValue[] }
  | { readonly kind: 'close' }

/** What it answers: that it is open, what became of the oldest batches, that it has closed. */
export type ThreadReply =
  | {
      readonly kind: 'committed'
      readonly outcome: Omit<GroupOutcome, 'outcomes'>
      readonly outcomes: readonly FlatValue[]
    }
  | { readonly kind: 'closed' }

assert(parentPort)
const port = parentPort
const { path }: { readonly path: string } = workerData
const connection = openForWriting(path)
const engine = new Engine(connection)

port.on('message', (request: ThreadRequest) => receive(request))
port.postMessage({ kind: 'open' })

/** Everything that has arrived while the last commit ran shares the next one. */
function receive(first: ThreadRequest): void {
  let group: TimedBatch[] = []
  for (let request: ThreadRequest | undefined = first; request; request = next()) {
    if (request.kind === 'close') {
      commit(group)
      closeWriting(connection)
      reply({ kind: 'closed' })
      return
    }
    group = group.concat(decodeGroup(request.group))
    if (group.length >= groupBatchesMax) {
      commit(group)
      group = []
    }
  }
  commit(group)
}

function next(): ThreadRequest | undefined {
  return receiveMessageOnPort(port)?.message
}

function commit(group: readonly TimedBatch[]): void {
  if (group.length === 0) return
  const { outcomes, ...outcome } = engine.apply(group)
  reply({ kind: 'committed', outcome, outcomes: encodeOutcomes(outcomes) })
}

function reply(message: ThreadReply): void {
  port.postMessage(message)
}
