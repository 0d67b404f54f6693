import { readFileSync } from 'node:fs'
import { Agent } from 'node:https'
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { CosmosClient, type Container, type Database } from '@azure/cosmos'
import type { Platform } from '../../../src/platform/platform.ts'
import { startForTest } from '../../test-platform.ts'

const project = 'tests/conformance/cosmos-db/projects/shop'

/** The official client, as people write it, at an instance of its own. */
export interface CosmosFixture {
  readonly platform: Platform
  readonly endpoint: string
  readonly key: string
  readonly client: CosmosClient
  readonly database: Database
  /** Partitioned by `/pk`. */
  readonly container: Container
}

export async function openCosmos(t: TestContext): Promise<CosmosFixture> {
  const platform = await startForTest(t, { projects: [project] })
  const { cosmos, ca } = platform.endpoints
  assert.ok(cosmos && ca !== undefined)
  const { endpoint, key } = cosmos
  // `NODE_EXTRA_CA_CERTS` does the same for a whole process.
  const agent = new Agent({ ca: readFileSync(ca), keepAlive: true })
  const client = new CosmosClient({ endpoint, key, agent })
  t.after(() => {
    client.dispose()
    agent.destroy()
  })
  const { database } = await client.databases.create({ id: 'orders' })
  const { container } = await database.containers.create({
    id: 'items',
    partitionKey: { paths: ['/pk'] },
  })
  return { platform, endpoint, key, client, database, container }
}

/** The status, substatus and message of what a call is refused with. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ readonly code: number; readonly substatus: number; readonly message: string }> {
  try {
    await call
  } catch (error) {
    assert.ok(error instanceof Error)
    const [code, substatus] = [numberOf(error, 'code'), numberOf(error, 'substatus')]
    return { code, substatus, message: error.message }
  }
  assert.fail('the call was not refused')
}

function numberOf(error: Error, name: string): number {
  const found: unknown = Object.entries(error).find(([key]) => key === name)?.[1]
  return typeof found === 'number' ? found : 0
}
