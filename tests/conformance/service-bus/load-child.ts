/** Sends, receives and completes by the official client as fast as it can, for the benchmark. */
import { ServiceBusClient } from '@azure/service-bus'

const body = Buffer.alloc(1024, 'x')

interface Load {
  readonly connectionString: string
  readonly count: number
  readonly inFlight: number
}

process.on('message', (message) => {
  const { connectionString, count, inFlight } = Object(message)
  const load = {
    connectionString: String(connectionString),
    count: Number(count),
    inFlight: Number(inFlight),
  }
  void run(load).then((rate) => process.send?.({ rate }))
})
process.on('disconnect', () => process.exit(0))

async function run({ connectionString, count, inFlight }: Load): Promise<number> {
  const client = new ServiceBusClient(connectionString)
  const sender = client.createSender('bench')
  await sender.createMessageBatch()
  const receiver = client.createReceiver('bench', { maxAutoLockRenewalDurationInMs: 0 })
  const startMs = performance.now()
  let received = 0
  const done = new Promise<void>((resolve, reject) => {
    receiver.subscribe(
      {
        processMessage: async () => {
          received += 1
          if (received === count) resolve()
        },
        processError: async ({ error }) => reject(error),
      },
      { maxConcurrentCalls: inFlight },
    )
  })
  let left = count
  const send = async (): Promise<void> => {
    while (left-- > 0) await sender.sendMessages({ body })
  }
  await Promise.all(Array.from({ length: inFlight }, send))
  await done
  const rate = count / ((performance.now() - startMs) / 1000)
  await receiver.close()
  await client.close()
  return rate
}
