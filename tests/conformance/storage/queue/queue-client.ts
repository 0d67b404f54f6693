import type { TestContext } from 'node:test'
import {
  QueueServiceClient,
  StorageSharedKeyCredential,
  type QueueClient,
} from '@azure/storage-queue'
import { RealClock, type Clock } from '../../../../src/base/clock.ts'
import {
  openStorage,
  type StorageFixture,
} from '../../../../src/services/storage/storage-fixture.ts'

/** The official client at a service of its own. */
export interface QueueFixture extends StorageFixture {
  readonly service: QueueServiceClient
  readonly credential: StorageSharedKeyCredential
  /** A queue that is there. */
  readonly queue: QueueClient
}

export async function openQueues(
  t: TestContext,
  options: { readonly clock?: Clock } = {},
): Promise<QueueFixture> {
  const { clock = new RealClock() } = options
  const fixture = await openStorage(t, { clock, service: 'queue' })
  const credential = new StorageSharedKeyCredential(fixture.account, fixture.key)
  const service = new QueueServiceClient(fixture.url, credential, {
    retryOptions: { maxTries: 1 },
  })
  const queue = service.getQueueClient('orders')
  await queue.create()
  return { ...fixture, service, credential, queue }
}
