import { xmlAnswer, type Answer } from '../answer.ts'
import { readText } from '../body.ts'
import { missingQuery, notSupported } from '../errors.ts'
import { xmlBodyBytesMax } from '../limits.ts'
import { readInclude, readMarker, readPageSize, toMarker } from '../list-answer.ts'
import { lastCharacter } from '../listing.ts'
import { readCors, readServiceProperties, sharedProperties } from '../service-properties.ts'
import { userDelegationKey } from '../user-delegation-key.ts'
import { document, element, escapeXml, group } from '../xml-writer.ts'
import type { QueueCall, QueueOperation } from './operation.ts'

const service = { level: 'service' } as const
const get = { ...service, method: 'GET' } as const
const read = { sas: '', accountSas: 'r', action: 'read' } as const

/** https://learn.microsoft.com/rest/api/storageservices/operations-on-the-account--queue-service- */
export const serviceOperations: readonly QueueOperation[] = [
  {
    ...get,
    name: 'List Queues',
    comp: 'list',
    permission: { sas: '', accountSas: 'l', action: 'queues/read' },
    handle: listQueues,
  },
  {
    ...get,
    name: 'Get Queue Service Properties',
    comp: 'properties',
    permission: read,
    handle: getProperties,
  },
  {
    ...service,
    method: 'PUT',
    name: 'Set Queue Service Properties',
    comp: 'properties',
    permission: { sas: '', accountSas: 'w', action: 'write' },
    handle: putProperties,
  },
  { ...get, name: 'Get Queue Service Stats', comp: 'stats', permission: read, handle: refuseStats },
  {
    ...service,
    method: 'POST',
    name: 'Get User Delegation Key for Queues',
    comp: 'userdelegationkey',
    permission: { sas: '', action: 'generateUserDelegationKey/action' },
    handle: ({ storage, request, caller }) =>
      userDelegationKey(storage, { request, caller, service: 'q' }),
  },
]

/** https://learn.microsoft.com/rest/api/storageservices/list-queues1 */
async function listQueues({ storage, request }: QueueCall): Promise<Answer> {
  const { query, account } = request
  if (query.get('comp') !== 'list') throw missingQuery('comp')
  const include = readInclude(query.get('include'), ['metadata'])
  const prefix = query.get('prefix') ?? ''
  const limit = readPageSize(query)
  const from = [prefix, readMarker(query)].toSorted().at(-1) ?? ''
  const found = await storage.queues.list(account.name, from, limit + 1)
  const queues = found.filter(
    ({ name }) => name.startsWith(prefix) && name <= `${prefix}${lastCharacter}`,
  )
  const elements = queues.slice(0, limit).map(({ name, metadata }) =>
    group('Queue', [
      element('Name', name),
      include.has('metadata')
        ? group(
            'Metadata',
            Object.entries(metadata).map(([key, value]) => element(key, value)),
          )
        : '',
    ]),
  )
  const next = queues[limit]?.name
  const root = group(
    'EnumerationResults',
    [
      element('Prefix', query.get('prefix') ?? undefined),
      element('Marker', query.get('marker') ?? undefined),
      element('MaxResults', query.get('maxresults') ?? undefined),
      group('Queues', elements),
      element('NextMarker', next === undefined ? '' : toMarker(next)),
    ],
    `ServiceEndpoint="${escapeXml(`${request.endpoint}/`)}"`,
  )
  return xmlAnswer(document(root))
}

/** https://learn.microsoft.com/rest/api/storageservices/get-queue-service-properties */
async function getProperties({ request }: QueueCall): Promise<Answer> {
  const cors = request.account.queueService?.cors ?? []
  return xmlAnswer(document(group('StorageServiceProperties', sharedProperties(cors))))
}

/** https://learn.microsoft.com/rest/api/storageservices/set-queue-service-properties */
async function putProperties({ storage, request }: QueueCall): Promise<Answer> {
  const xml = readServiceProperties(await readText(request, xmlBodyBytesMax))
  const { account } = request
  const cors = readCors(xml) ?? account.queueService?.cors ?? []
  await storage.accounts.put({ ...account, queueService: { cors } })
  return { status: 202 }
}

async function refuseStats(): Promise<Answer> {
  throw notSupported('Statistics of a secondary location')
}
