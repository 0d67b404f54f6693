import { isJsonObject, stringMember, type JsonObject, type JsonValue } from '../../../base/json.ts'
import type { TraceContext } from '../../../base/trace-context.ts'
import type { Container } from '../container.ts'
import { badRequest } from '../errors.ts'
import { inTransaction, sourceOf, type ScriptResult, type Scripts } from './scripts.ts'
import type { ScriptTransaction } from './script-transaction.ts'

/** A write with the triggers that its request names. */
export interface TriggeredWrite {
  readonly operation: 'Create' | 'Upsert' | 'Replace' | 'Delete'
  readonly partition: string
  readonly id?: string
  readonly body?: JsonObject
  readonly ifMatch?: string
  readonly trace?: TraceContext
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export interface TriggeredResult {
  /** Absent after a delete. */
  readonly id?: string
  readonly created: boolean
}

/**
 * Writes an item between its triggers, all or nothing: one that runs before may change what is written, one that throws
 * undoes everything. https://learn.microsoft.com/azure/cosmos-db/nosql/how-to-use-stored-procedures-triggers-udfs#triggers
 */
export async function writeWithTriggers(
  scripts: Scripts,
  container: Container,
  write: TriggeredWrite,
): Promise<TriggeredResult> {
  const before = await triggersOf(container, write, { names: write.before, type: 'Pre' })
  const after = await triggersOf(container, write, { names: write.after, type: 'Post' })
  const { operation, partition, trace } = write
  const work = { operation: `${operation.toLowerCase()} item`, partition, trace }
  const { result } = await inTransaction(container, work, async (transaction) => {
    let request: JsonValue = write.body ?? null
    for (const source of before) {
      const changed: ScriptResult = await scripts.run(container, transaction, {
        source,
        operation,
        request,
      })
      request = changed.request
    }
    const { response, outcome } = await apply(transaction, write, request)
    for (const source of after) {
      await scripts.run(container, transaction, { source, operation, request, response })
    }
    return outcome
  })
  return result
}

async function triggersOf(
  container: Container,
  write: TriggeredWrite,
  wanted: { readonly names: readonly string[]; readonly type: 'Pre' | 'Post' },
): Promise<readonly string[]> {
  const sources: string[] = []
  for (const name of wanted.names) {
    const trigger = await container.scripts('triggers').get(name)
    const type = stringMember(trigger, 'triggerType')
    const operation = stringMember(trigger, 'triggerOperation') ?? 'All'
    if (type !== wanted.type) {
      throw badRequest(`The trigger '${name}' is not one of the type '${wanted.type}'.`)
    }
    if (!isFor(operation, write.operation)) {
      throw badRequest(
        `The trigger '${name}' is for '${operation}' and not for '${write.operation}'.`,
      )
    }
    sources.push(sourceOf(trigger))
  }
  return sources
}

function isFor(triggerOperation: string, operation: TriggeredWrite['operation']): boolean {
  if (triggerOperation === 'All' || triggerOperation === operation) return true
  // An upsert is either of the two; Azure names replacements in two ways.
  if (operation === 'Upsert') return ['Create', 'Replace', 'Update'].includes(triggerOperation)
  return operation === 'Replace' && triggerOperation === 'Update'
}

async function apply(
  transaction: ScriptTransaction,
  write: TriggeredWrite,
  request: JsonValue,
): Promise<{ readonly response: JsonValue; readonly outcome: TriggeredResult }> {
  const { operation, id = '', ifMatch } = write
  if (operation === 'Delete') {
    await transaction.delete(id, ifMatch)
    return { response: null, outcome: { created: false } }
  }
  if (!isJsonObject(request)) throw badRequest('A trigger left no item to be written.')
  const key = stringMember(request, 'id') ?? ''
  const existed = await transaction.exists(key)
  const response = await applied(transaction, write, request)
  return { response, outcome: { id: key, created: !existed } }
}

function applied(
  transaction: ScriptTransaction,
  { operation, id = '', ifMatch }: TriggeredWrite,
  item: JsonObject,
): Promise<JsonObject> {
  if (operation === 'Create') return transaction.create(item)
  if (operation === 'Upsert') return transaction.upsert(item, ifMatch)
  return transaction.replace(id, item, ifMatch)
}
