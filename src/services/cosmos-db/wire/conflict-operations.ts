import { notFound } from '../errors.ts'
import { containerOf, type CosmosCall, type Operation } from './call.ts'
import { feedAnswer, queriedFeedAnswer, type Feed } from './feed.ts'

const path = '/dbs/{}/colls/{}/conflicts'
const read = { action: 'sqlDatabases/containers/manageConflicts', isRead: true } as const

/** One place for writes makes no conflicts: https://learn.microsoft.com/azure/cosmos-db/conflict-resolution-policies */
export const conflictOperations: readonly Operation[] = [
  {
    name: 'List Conflicts',
    method: 'GET',
    path,
    ...read,
    handle: async (call) => feedAnswer(call, feedOf(call)),
  },
  {
    name: 'Query Conflicts',
    method: 'POST',
    path,
    variant: 'query',
    ...read,
    handle: (call) => queriedFeedAnswer(call, feedOf(call)),
  },
  { name: 'Get Conflict', method: 'GET', path: `${path}/{}`, ...read, handle: refuse },
  {
    name: 'Delete Conflict',
    method: 'DELETE',
    path: `${path}/{}`,
    ...read,
    isRead: false,
    handle: refuse,
  },
]

function feedOf(call: CosmosCall): Feed {
  return { list: 'Conflicts', rid: containerOf(call).rid, bodies: [] }
}

async function refuse(call: CosmosCall): Promise<never> {
  containerOf(call)
  throw notFound()
}
