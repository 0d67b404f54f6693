// What survives a crash: a batch that was answered, whole. It is worked out on drafts and written at once.
import { ServiceError } from '../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import type { PutDocument, StoredDocument } from '../../store/documents.ts'
import type { ContainerScope } from './container-scope.ts'
import {
  badRequest,
  conflict,
  notFound,
  partitionKeyMismatch,
  preconditionFailed,
  requestEntityTooLarge,
  retryWith,
  uniqueKeyViolated,
} from './errors.ts'
import { itemText, itemValue, storedItem } from './item.ts'
import { ItemDrafts, type Draft, type DraftVersions } from './item-drafts.ts'
import { matches, type ItemWriter } from './item-writer.ts'
import { batchBytesMax, batchOperationsMax, contentionRetriesMax } from './limits.ts'
import { applyPatch, parsePatch } from './patch.ts'
import { checkPatchCondition } from './patch-condition.ts'
import { beginItemSpan, type ItemSpan } from './item-span.ts'

/** One operation, as the REST interface names its parts. */
export type BatchOperation =
  | { readonly operationType: 'Create'; readonly resourceBody: JsonObject }
  | {
      readonly operationType: 'Upsert'
      readonly resourceBody: JsonObject
      readonly ifMatch?: string
    }
  | {
      readonly operationType: 'Replace'
      readonly id: string
      readonly resourceBody: JsonObject
      readonly ifMatch?: string
    }
  | {
      readonly operationType: 'Patch'
      readonly id: string
      readonly resourceBody: {
        readonly operations: readonly JsonValue[]
        readonly condition?: string
      }
      readonly ifMatch?: string
    }
  | { readonly operationType: 'Delete'; readonly id: string; readonly ifMatch?: string }
  | { readonly operationType: 'Read'; readonly id: string }

interface BatchOperationResult {
  /** 424 for an operation that was not done because another one failed. */
  readonly statusCode: number
  readonly etag?: string
  /** JSON text of the item. */
  readonly text?: string
  readonly error?: ServiceError
}

export interface BatchResult {
  /** 200 when all was done; 207 when one operation failed and nothing was done. */
  readonly statusCode: 200 | 207
  readonly results: readonly BatchOperationResult[]
}

export interface BatchRequest {
  readonly scope: ContainerScope
  readonly writer: ItemWriter
  /** The store's name of the one partition that the batch works on. */
  readonly partition: string
  readonly operations: readonly BatchOperation[]
  readonly trace?: TraceContext
}

interface Step {
  readonly statusCode: number
  readonly id: string
  readonly now?: Pick<StoredDocument, 'body' | 'etag'>
}

/** https://learn.microsoft.com/azure/cosmos-db/nosql/transactional-batch */
export async function executeBatch(request: BatchRequest): Promise<BatchResult> {
  const { scope, operations, trace } = request
  checkSize(operations)
  const { clock, telemetry, resource } = scope
  const operation = 'execute batch'
  const span = beginItemSpan({ clock, telemetry, operation, resource, parent: trace })
  try {
    const result = await attemptUntilUncontended(request, span)
    const failed = result.results.find((each) => each.error)
    const payload = `[${result.results.map((each) => each.text ?? 'null').join(',')}]`
    if (failed) span.fail(failed.error, payload)
    else span.succeed(payload)
    return result
  } catch (error) {
    span.fail(error)
    throw error
  }
}

async function attemptUntilUncontended(
  request: BatchRequest,
  span: ItemSpan,
): Promise<BatchResult> {
  for (let attempt = 0; attempt <= contentionRetriesMax; attempt++) {
    const result = await new BatchAttempt(request, span).run()
    if (result) return result
  }
  throw retryWith()
}

/** One try; gives nothing when another writer changed an item of the batch meanwhile. */
class BatchAttempt {
  readonly #request: BatchRequest
  readonly #span: ItemSpan
  readonly #drafts: ItemDrafts

  constructor(request: BatchRequest, span: ItemSpan) {
    this.#request = request
    this.#span = span
    this.#drafts = new ItemDrafts(request.scope, request.partition)
  }

  async run(): Promise<BatchResult | undefined> {
    const steps: Step[] = []
    for (const [index, operation] of this.#request.operations.entries()) {
      try {
        steps.push(await this.#step(operation, index))
      } catch (error) {
        if (error instanceof ServiceError) return this.#failed(index, error)
        throw error
      }
    }
    return this.#commit(steps)
  }

  async #step(operation: BatchOperation, index: number): Promise<Step> {
    switch (operation.operationType) {
      case 'Create': {
        const { draft, id, put } = await this.#prepared(operation.resourceBody)
        if (draft.now) throw conflict()
        return this.#change({ draft, id, put, index, statusCode: 201 })
      }
      case 'Upsert': {
        const { draft, id, put } = await this.#prepared(operation.resourceBody)
        if (draft.now && !matches(operation.ifMatch, draft.now.etag)) throw preconditionFailed()
        return this.#change({ draft, id, put, index, statusCode: draft.now ? 200 : 201 })
      }
      case 'Replace': {
        await this.#existing(operation)
        const { draft, id, put } = await this.#prepared(operation.resourceBody)
        if (id !== operation.id)
          throw badRequest(`The id '${id}' is not that of the replaced item.`)
        return this.#change({ draft, id, put, index, statusCode: 200 })
      }
      case 'Patch': {
        const patched = await this.#patched(operation)
        const { draft, id, put } = await this.#prepared(patched)
        return this.#change({ draft, id, put, index, statusCode: 200 })
      }
      case 'Delete': {
        const { draft } = await this.#existing(operation)
        this.#drafts.remove(draft, index)
        return { statusCode: 204, id: operation.id }
      }
      case 'Read': {
        const { now } = await this.#existing(operation)
        return { statusCode: 200, id: operation.id, now }
      }
    }
  }

  async #patched(
    operation: Extract<BatchOperation, { operationType: 'Patch' }>,
  ): Promise<JsonObject> {
    const { scope } = this.#request
    const { operations, condition } = operation.resourceBody
    const parsed = parsePatch(operations, scope.partitionKey)
    const { draft, now } = await this.#existing(operation)
    if (condition) await checkPatchCondition(this.#valueOf(draft, now), condition, scope.clock)
    return applyPatch(storedItem(now), parsed)
  }

  // What the batch itself has written has no time yet.
  #valueOf(draft: Draft, now: Pick<StoredDocument, 'body' | 'etag'>): JsonObject {
    const { before } = draft
    if (before === now) return itemValue(before, this.#request.scope)
    return { ...storedItem(now), _etag: now.etag }
  }

  #change(change: {
    draft: Draft
    id: string
    put: PutDocument
    index: number
    statusCode: number
  }): Step {
    const { draft, id, put, index, statusCode } = change
    this.#drafts.put(draft, put, index)
    return { statusCode, id, now: put }
  }

  async #prepared(item: JsonObject): Promise<{ draft: Draft; id: string; put: PutDocument }> {
    const { writer, partition } = this.#request
    const prepared = writer.prepare(item, { span: this.#span })
    if (prepared.partition !== partition) throw partitionKeyMismatch()
    return { draft: await this.#drafts.get(prepared.id), id: prepared.id, put: prepared.put }
  }

  async #existing(operation: {
    readonly id: string
    readonly ifMatch?: string
  }): Promise<{ draft: Draft; now: Pick<StoredDocument, 'body' | 'etag'> }> {
    const draft = await this.#drafts.get(operation.id)
    const { now } = draft
    if (!now) throw notFound()
    if (!matches(operation.ifMatch, now.etag)) throw preconditionFailed()
    return { draft, now }
  }

  async #commit(steps: readonly Step[]): Promise<BatchResult | undefined> {
    const commit = await this.#drafts.commit()
    switch (commit.kind) {
      case 'written': {
        const results = steps.map((step) => this.#result(step, commit.versions))
        return { statusCode: 200, results }
      }
      case 'not-unique':
        return this.#failed(commit.operation, uniqueKeyViolated())
      case 'overtaken':
        return undefined
    }
  }

  #result(step: Step, versions: DraftVersions): BatchOperationResult {
    const { statusCode, id, now } = step
    if (!now) return { statusCode }
    const { number, timestampMs } = versions.get(id) ?? { number: 0, timestampMs: 0 }
    const { body, etag } = now
    const text = itemText({ body, etag, number, timestampMs }, this.#request.scope)
    return { statusCode, etag, text }
  }

  #failed(index: number, error: ServiceError): BatchResult {
    const results = this.#request.operations.map((_, at) =>
      at === index ? { statusCode: error.status, error } : { statusCode: 424 },
    )
    return { statusCode: 207, results }
  }
}

function checkSize(operations: readonly BatchOperation[]): void {
  if (operations.length === 0) throw badRequest('The batch request has no operations.')
  if (operations.length > batchOperationsMax) {
    throw badRequest(
      `Batch request has more operations than what is supported: ${batchOperationsMax}.`,
    )
  }
  let bytes = 0
  for (const operation of operations) {
    if ('resourceBody' in operation)
      bytes += Buffer.byteLength(JSON.stringify(operation.resourceBody))
  }
  if (bytes > batchBytesMax) throw requestEntityTooLarge()
}
