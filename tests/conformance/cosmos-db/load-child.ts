/** The official client as a load, in a process of its own: a benchmark tells it where to go and what to do. */
import { CosmosClient, type Container } from '@azure/cosmos'
import { answerParent } from '../../../benchmarks/child-program.ts'
import { stringMember, type JsonObject } from '../../../src/base/json.ts'

const parallel = 32
const text = 'interline '.repeat(95)
const containers = new Map<string, Container>()

const works: Readonly<Record<string, (container: Container, index: number) => Promise<void>>> = {
  upsert: async (container, index) => {
    await container.items.upsert({ id: `${index % 500}`, pk: `p${index % 50}`, text })
  },
  read: async (container, index) => {
    const { resource } = await container.item(`${index % 500}`, `p${index % 50}`).read()
    if (!resource) throw new Error('an item is missing')
  },
}

answerParent(async (question) => {
  const endpoint = stringMember(question, 'endpoint') ?? ''
  const container = containers.get(endpoint) ?? (await open(endpoint, question))
  const work = works[stringMember(question, 'work') ?? '']
  return work ? { rate: await measure(container, work, Number(question['times'])) } : {}
})

async function open(endpoint: string, question: JsonObject): Promise<Container> {
  const client = new CosmosClient({
    endpoint,
    key: stringMember(question, 'key') ?? '',
    connectionPolicy: { enableEndpointDiscovery: false },
  })
  const { database } = await client.databases.create({ id: 'bench' })
  const { container } = await database.containers.create({ id: 'items', partitionKey: '/pk' })
  containers.set(endpoint, container)
  return container
}

async function measure(
  container: Container,
  work: (container: Container, index: number) => Promise<void>,
  times: number,
): Promise<number> {
  const start = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      while (next < times) {
        next += 1
        await work(container, next)
      }
    }),
  )
  return (times * 1000) / (performance.now() - start)
}
