import { ServiceError } from '../../../base/errors.ts'
import type { Container } from '../container.ts'
import { badRequest, partitionKeyMismatch } from '../errors.ts'
import type { PartitionKeyComponent } from '../partition-key.ts'
import type { BatchOperation } from '../transactional-batch.ts'
import { actionOf, readBatch, type NamedOperation } from './batch-body.ts'
import {
  containerOf,
  headerOf,
  isSet,
  type CosmosAnswer,
  type CosmosCall,
  type Operation,
} from './call.ts'
import { readPartitionKey } from './partition-key-header.ts'
import { deleteCharge, readCharge, writeCharge } from './request-charge.ts'
import { sessionHeaders } from './session-token.ts'

const address = { method: 'POST', path: '/dbs/{}/colls/{}/docs' } as const

/** https://learn.microsoft.com/azure/cosmos-db/nosql/transactional-batch */
export const batchOperations: readonly Operation[] = [
  {
    name: 'Execute Batch',
    ...address,
    variant: 'batch',
    action: 'readMetadata',
    isRead: false,
    handle: executeBatch,
  },
  {
    name: 'Execute Bulk',
    ...address,
    variant: 'bulk',
    action: 'readMetadata',
    isRead: false,
    handle: executeBulk,
  },
]

/** What became of one operation. */
interface Outcome {
  readonly statusCode: number
  readonly etag?: string
  /** JSON text of the item. */
  readonly text?: string
  readonly error?: ServiceError
}

async function executeBatch(call: CosmosCall): Promise<CosmosAnswer> {
  const container = containerOf(call)
  const partitionKey = readPartitionKey(call)
  const named = readBatch(call)
  await permitAll(call, named)
  for (const each of named) {
    if (each.partitionKey && !isSame(container, each.partitionKey, partitionKey)) {
      throw partitionKeyMismatch()
    }
  }
  const operations = named.map(({ operation }) => operation)
  const { trace } = call
  const result = await container.executeBatch(partitionKey, operations, trace ? { trace } : {})
  return answerOf(call, { container, operations, outcomes: result.results, partitionKey })
}

async function executeBulk(call: CosmosCall): Promise<CosmosAnswer> {
  const container = containerOf(call)
  const named = readBatch(call)
  await permitAll(call, named)
  const outcomes = isSet(call, 'x-ms-cosmos-batch-continue-on-error')
    ? await allOutcomes(call, container, named)
    : await outcomesUntilFault(call, container, named)
  const operations = named.map(({ operation }) => operation)
  return answerOf(call, { container, operations, outcomes })
}

async function permitAll(call: CosmosCall, named: readonly NamedOperation[]): Promise<void> {
  for (const action of new Set(named.map(({ operation }) => actionOf(operation)))) {
    await call.permit(action)
  }
}

/** Operations on one item come one after another, those on different items share commits. */
function allOutcomes(
  call: CosmosCall,
  container: Container,
  named: readonly NamedOperation[],
): Promise<Outcome[]> {
  const last = new Map<string, Promise<Outcome>>()
  return Promise.all(
    named.map((each) => {
      const { operation, partitionKey } = each
      const id = 'id' in operation ? operation.id : operation.resourceBody['id']
      const key = JSON.stringify([id ?? null, partitionKey?.map((component) => component ?? null)])
      const before = last.get(key) ?? Promise.resolve()
      const outcome: Promise<Outcome> = before.then(() => outcomeOf(call, container, each))
      last.set(key, outcome)
      return outcome
    }),
  )
}

async function outcomesUntilFault(
  call: CosmosCall,
  container: Container,
  named: readonly NamedOperation[],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  let isFailed = false
  for (const each of named) {
    const outcome: Outcome = isFailed ? { statusCode: 424 } : await outcomeOf(call, container, each)
    isFailed ||= outcome.statusCode >= 400
    outcomes.push(outcome)
  }
  return outcomes
}

async function outcomeOf(
  call: CosmosCall,
  container: Container,
  { operation, partitionKey }: NamedOperation,
): Promise<Outcome> {
  try {
    if (!partitionKey) {
      throw badRequest('PartitionKey value must be supplied for this operation.', {
        substatus: 1001,
      })
    }
    return await execute(call, container, { operation, partitionKey })
  } catch (error) {
    if (error instanceof ServiceError) return { statusCode: error.status, error }
    throw error
  }
}

async function execute(
  { trace }: CosmosCall,
  container: Container,
  given: Required<NamedOperation>,
): Promise<Outcome> {
  const { operation, partitionKey } = given
  const ifMatch = 'ifMatch' in operation ? operation.ifMatch : undefined
  const options = {
    partitionKey,
    ...(trace ? { trace } : {}),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  }
  switch (operation.operationType) {
    case 'Create':
      return container.createItem(operation.resourceBody, options)
    case 'Upsert':
      return container.upsertItem(operation.resourceBody, options)
    case 'Replace':
      return container.replaceItem(operation.id, operation.resourceBody, options)
    case 'Patch': {
      const key = { id: operation.id, partitionKey }
      return container.patchItem(key, operation.resourceBody, options)
    }
    case 'Read':
      return container.readItem(operation.id, partitionKey)
    case 'Delete':
      await container.deleteItem(operation.id, partitionKey, options)
      return { statusCode: 204 }
  }
}

function answerOf(
  call: CosmosCall,
  done: {
    readonly container: Container
    readonly operations: readonly BatchOperation[]
    readonly outcomes: readonly Outcome[]
    readonly partitionKey?: readonly PartitionKeyComponent[]
  },
): CosmosAnswer {
  const { container, operations, outcomes, partitionKey } = done
  const charges = outcomes.map((outcome, at) => chargeOf(outcome, operations[at]))
  const isMinimal = headerOf(call, 'prefer') === 'return=minimal'
  const results = outcomes.map((outcome, at) => {
    const isShown = !isMinimal || operations[at]?.operationType === 'Read'
    return resultText(outcome, { requestCharge: charges[at] ?? 0, isShown })
  })
  const isWhole = outcomes.every(({ statusCode }) => statusCode < 400)
  return {
    status: isWhole ? 200 : 207,
    body: `[${results.join(',')}]`,
    headers: sessionHeaders(container, partitionKey),
    requestCharge: Math.round(charges.reduce((sum, each) => sum + each, 0) * 100) / 100,
  }
}

function resultText(
  { statusCode, etag, text, error }: Outcome,
  options: { readonly requestCharge: number; readonly isShown: boolean },
): string {
  const substatus = error?.details['substatus']
  const head = JSON.stringify({
    statusCode,
    ...(typeof substatus === 'number' ? { subStatusCode: substatus } : {}),
    requestCharge: options.requestCharge,
    ...(etag === undefined ? {} : { eTag: etag }),
    ...(error ? { message: error.message } : {}),
  })
  if (text === undefined || !options.isShown) return head
  return `${head.slice(0, -1)},"resourceBody":${text}}`
}

function chargeOf({ text, statusCode }: Outcome, operation: BatchOperation | undefined): number {
  if (statusCode >= 400) return 0
  if (text === undefined) return deleteCharge
  return operation?.operationType === 'Read' ? readCharge(text.length) : writeCharge(text.length)
}

function isSame(
  { partitionKey }: Container,
  left: readonly PartitionKeyComponent[],
  right: readonly PartitionKeyComponent[],
): boolean {
  return partitionKey.partitionOf(left) === partitionKey.partitionOf(right)
}
