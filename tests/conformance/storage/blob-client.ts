import type { TestContext } from 'node:test'
import {
  BlobServiceClient,
  StorageSharedKeyCredential,
  type ContainerClient,
} from '@azure/storage-blob'
import { RealClock } from '../../../src/base/clock.ts'
import { openStorage, type StorageFixture } from '../../../src/services/storage/storage-fixture.ts'

/** The official client at a service of its own. */
export interface BlobFixture extends StorageFixture {
  readonly service: BlobServiceClient
  readonly credential: StorageSharedKeyCredential
  /** A container that is there. */
  readonly container: ContainerClient
}

export async function openBlobs(t: TestContext): Promise<BlobFixture> {
  const fixture = await openStorage(t, { clock: new RealClock() })
  const credential = new StorageSharedKeyCredential(fixture.account, fixture.key)
  const options = { retryOptions: { maxTries: 1 } }
  const service = new BlobServiceClient(fixture.url, credential, options)
  const container = service.getContainerClient('orders')
  await container.create()
  return { ...fixture, service, credential, container }
}

/** The code and status of what a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error) {
      const code = 'code' in error ? String(error.code) : ''
      return `${String(error.statusCode)} ${code}`
    }
    throw error
  }
  return 'none'
}
