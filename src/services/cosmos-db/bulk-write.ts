import type { JsonObject } from '../../base/json.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import type { ContainerScope } from './container-scope.ts'
import type { ItemResult } from './item-result.ts'
import type { ItemWriter, PreparedItem } from './item-writer.ts'
import { bulkBatchOperationsMax } from './limits.ts'
import { beginItemSpan, type ItemSpan } from './item-span.ts'

/** What became of one item of a bulk write. */
export type BulkOutcome = { readonly result: ItemResult } | { readonly error: unknown }

interface BulkItem {
  readonly item: JsonObject
  readonly trace?: TraceContext
}

type Attempt =
  | { readonly span: ItemSpan; readonly prepared: PreparedItem }
  | { readonly error: unknown }

/** Upserts many items; outcomes are in the order of the items. */
export async function writeInBulk(
  scope: ContainerScope,
  writer: ItemWriter,
  items: readonly BulkItem[],
): Promise<readonly BulkOutcome[]> {
  // A unique key can reject one item, which would take its whole batch with it.
  if (scope.definition.uniqueKeys.length > 0) return writeOneByOne(writer, items)
  const attempts = items.map((item) => prepare(scope, writer, item))
  const outcomes: BulkOutcome[] = []
  const chunks: Promise<readonly BulkOutcome[]>[] = []
  for (let start = 0; start < attempts.length; start += bulkBatchOperationsMax) {
    const chunk = attempts.slice(start, start + bulkBatchOperationsMax)
    chunks.push(writeChunk(scope, writer, chunk))
  }
  for (const chunk of await Promise.all(chunks)) outcomes.push(...chunk)
  return outcomes
}

function writeOneByOne(writer: ItemWriter, items: readonly BulkItem[]): Promise<BulkOutcome[]> {
  return Promise.all(
    items.map(async ({ item, trace }) => {
      try {
        return { result: await writer.upsert(item, trace ? { trace } : {}) }
      } catch (error) {
        return { error }
      }
    }),
  )
}

function prepare(scope: ContainerScope, writer: ItemWriter, { item, trace }: BulkItem): Attempt {
  const { clock, telemetry, resource } = scope
  const operation = 'upsert item'
  const span = beginItemSpan({ clock, telemetry, operation, resource, parent: trace })
  try {
    return { span, prepared: writer.prepare(item, { span }) }
  } catch (error) {
    span.fail(error)
    return { error }
  }
}

async function writeChunk(
  scope: ContainerScope,
  writer: ItemWriter,
  attempts: readonly Attempt[],
): Promise<readonly BulkOutcome[]> {
  const puts = attempts.flatMap((attempt) => ('error' in attempt ? [] : [attempt.prepared.put]))
  const written = (await scope.store.write(puts)).values()
  return attempts.map((attempt) => {
    if ('error' in attempt) return attempt
    const next = written.next()
    if (next.done) throw new Error('the store gave fewer results than operations')
    const result = writer.resultOf(attempt.prepared.put, next.value)
    attempt.span.succeed(result.text)
    return { result }
  })
}
