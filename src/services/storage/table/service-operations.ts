import { xmlAnswer, type Answer } from '../answer.ts'
import { readText } from '../body.ts'
import { notSupported } from '../errors.ts'
import { xmlBodyBytesMax } from '../limits.ts'
import { readCors, readServiceProperties, sharedProperties } from '../service-properties.ts'
import { document, group } from '../xml-writer.ts'
import type { TableCall, TableOperation } from './operation.ts'

const service = { level: 'service' } as const
const read = { sas: '', accountSas: 'r', action: 'read' } as const

/** https://learn.microsoft.com/rest/api/storageservices/operations-on-the-account--table-service- */
export const serviceOperations: readonly TableOperation[] = [
  {
    ...service,
    method: 'GET',
    name: 'Get Table Service Properties',
    comp: 'properties',
    permission: read,
    handle: getProperties,
  },
  {
    ...service,
    method: 'PUT',
    name: 'Set Table Service Properties',
    comp: 'properties',
    permission: { sas: '', accountSas: 'w', action: 'write' },
    handle: putProperties,
  },
  {
    ...service,
    method: 'GET',
    name: 'Get Table Service Stats',
    comp: 'stats',
    permission: read,
    handle: refuseStats,
  },
]

/** https://learn.microsoft.com/rest/api/storageservices/get-table-service-properties */
async function getProperties({ request }: TableCall): Promise<Answer> {
  const cors = request.account.tableService?.cors ?? []
  return xmlAnswer(document(group('StorageServiceProperties', sharedProperties(cors))))
}

/** https://learn.microsoft.com/rest/api/storageservices/set-table-service-properties */
async function putProperties({ storage, request }: TableCall): Promise<Answer> {
  const xml = readServiceProperties(await readText(request, xmlBodyBytesMax))
  const { account } = request
  const cors = readCors(xml) ?? account.tableService?.cors ?? []
  await storage.accounts.put({ ...account, tableService: { cors } })
  return { status: 202 }
}

async function refuseStats(): Promise<Answer> {
  throw notSupported('Statistics of a secondary location')
}
