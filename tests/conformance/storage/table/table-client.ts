import type { TestContext } from 'node:test'
import { AzureNamedKeyCredential, TableClient, TableServiceClient } from '@azure/data-tables'
import { RealClock } from '../../../../src/base/clock.ts'
import {
  openStorage,
  type StorageFixture,
} from '../../../../src/services/storage/storage-fixture.ts'

/** The official client at a service of its own. */
export interface TableFixture extends StorageFixture {
  readonly service: TableServiceClient
  readonly credential: AzureNamedKeyCredential
  /** A table that is there. */
  readonly table: TableClient
  readonly clientOf: (name: string) => TableClient
}

export const clientOptions = {
  allowInsecureConnection: true,
  retryOptions: { maxRetries: 0 },
} as const

export async function openTables(t: TestContext): Promise<TableFixture> {
  const fixture = await openStorage(t, { clock: new RealClock(), service: 'table' })
  const { url, account, key } = fixture
  const credential = new AzureNamedKeyCredential(account, key)
  const service = new TableServiceClient(url, credential, clientOptions)
  const clientOf = (name: string) => new TableClient(url, name, credential, clientOptions)
  await service.createTable('flights')
  return { ...fixture, service, credential, table: clientOf('flights'), clientOf }
}

/** The code and status of what a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    const details: unknown =
      error instanceof Error && 'details' in error ? error.details : undefined
    const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
    return `${String(status)} ${codeOf(details) ?? codeOf(error) ?? String(error)}`
  }
  return 'none'
}

function codeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if ('code' in value && typeof value.code === 'string') return value.code
  if ('odataError' in value) return codeOf(value.odataError)
  return 'odata.error' in value ? codeOf(value['odata.error']) : undefined
}
