import { xmlAnswer, type Answer } from '../answer.ts'
import { metadataHeaders } from '../blob-headers.ts'
import { readText } from '../body.ts'
import { xmlBodyBytesMax } from '../limits.ts'
import { readMetadata } from '../request-headers.ts'
import { policiesXml, readPolicies } from '../stored-policies.ts'
import { queueOf, type QueueCall, type QueueOperation } from './operation.ts'

const queue = { level: 'queue' } as const
const get = { ...queue, method: 'GET' } as const
const put = { ...queue, method: 'PUT' } as const
const policies = { sas: '', action: 'queues/setAcl/action' } as const

/** https://learn.microsoft.com/rest/api/storageservices/operations-on-queues */
export const queueOperations: readonly QueueOperation[] = [
  {
    ...put,
    name: 'Create Queue',
    comp: '',
    permission: { sas: '', accountSas: 'cw', action: 'queues/write' },
    handle: create,
  },
  {
    ...queue,
    method: 'DELETE',
    name: 'Delete Queue',
    comp: '',
    permission: { sas: '', accountSas: 'd', action: 'queues/delete' },
    handle: remove,
  },
  {
    ...get,
    name: 'Get Queue Metadata',
    comp: 'metadata',
    permission: { sas: 'r', action: 'queues/read' },
    handle: getMetadata,
  },
  {
    ...put,
    name: 'Set Queue Metadata',
    comp: 'metadata',
    permission: { sas: '', accountSas: 'w', action: 'queues/write' },
    handle: putMetadata,
  },
  {
    ...get,
    name: 'Get Queue ACL',
    comp: 'acl',
    permission: { ...policies, action: 'queues/getAcl/action' },
    handle: getPolicies,
  },
  { ...put, name: 'Set Queue ACL', comp: 'acl', permission: policies, handle: putPolicies },
]

/** https://learn.microsoft.com/rest/api/storageservices/create-queue4 */
async function create({ storage, request, address }: QueueCall): Promise<Answer> {
  const metadata = readMetadata(request)
  const { isNew } = await storage.queues.create(request.account.name, address.queue, metadata)
  return { status: isNew ? 201 : 204 }
}

async function remove(call: QueueCall): Promise<Answer> {
  await call.storage.queues.delete(queueOf(call))
  return { status: 204 }
}

/** https://learn.microsoft.com/rest/api/storageservices/get-queue-metadata */
async function getMetadata(call: QueueCall): Promise<Answer> {
  const found = queueOf(call)
  return {
    status: 200,
    headers: {
      'x-ms-approximate-messages-count': await call.storage.queueMessages.count(found),
      ...metadataHeaders(found.metadata),
    },
  }
}

async function putMetadata(call: QueueCall): Promise<Answer> {
  await call.storage.queues.setMetadata(queueOf(call), readMetadata(call.request))
  return { status: 204 }
}

async function getPolicies(call: QueueCall): Promise<Answer> {
  return xmlAnswer(policiesXml(queueOf(call).policies))
}

async function putPolicies(call: QueueCall): Promise<Answer> {
  const text = await readText(call.request, xmlBodyBytesMax)
  await call.storage.queues.setPolicies(queueOf(call), readPolicies(text))
  return { status: 204 }
}
