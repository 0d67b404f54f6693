import type { JsonObject } from '../../../base/json.ts'
import type { Container } from '../container.ts'
import { ItemResult } from '../item-result.ts'
import { writeWithTriggers, type TriggeredWrite } from '../scripts/triggered-write.ts'
import { headerOf, type CosmosCall } from './call.ts'
import { readPartitionKey } from './partition-key-header.ts'

/** True for a write whose request names triggers. */
export function hasTriggers(call: CosmosCall): boolean {
  return namesOf(call, 'pre').length > 0 || namesOf(call, 'post').length > 0
}

/** Writes an item with its triggers; gives nothing after a delete. */
export async function writeTriggered(
  call: CosmosCall,
  container: Container,
  write: {
    readonly operation: TriggeredWrite['operation']
    readonly id?: string
    readonly body?: JsonObject
  },
): Promise<ItemResult | undefined> {
  const partition = container.partitionKey.partitionOf(readPartitionKey(call))
  const ifMatch = headerOf(call, 'if-match')
  const { created, id } = await writeWithTriggers(container.parts.scripts, container, {
    ...write,
    partition,
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(call.trace ? { trace: call.trace } : {}),
    before: namesOf(call, 'pre'),
    after: namesOf(call, 'post'),
  })
  if (id === undefined) return undefined
  const { collection, parts, scope } = container
  const stored = await parts.store.getDocument({ collection, partition, id })
  return stored && new ItemResult(stored, scope, { created })
}

function namesOf(call: CosmosCall, when: 'pre' | 'post'): readonly string[] {
  const header = headerOf(call, `x-ms-documentdb-${when}-trigger-include`) ?? ''
  return header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
