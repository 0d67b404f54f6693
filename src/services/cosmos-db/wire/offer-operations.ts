import { isJsonObject, objectMember, type JsonObject } from '../../../base/json.ts'
import type { Container } from '../container.ts'
import { containerBody } from '../container-definition.ts'
import type { Database } from '../database.ts'
import { badRequest, notFound } from '../errors.ts'
import type { RecordVersion } from '../record-version.ts'
import { parseThroughput, requestUnitsOf, type Throughput } from '../throughput.ts'
import { headerOf, type CosmosAnswer, type CosmosCall, type Operation } from './call.ts'
import { feedAnswer, queriedFeedAnswer, type Feed } from './feed.ts'
import { readJsonBody } from './json-body.ts'

/** https://learn.microsoft.com/rest/api/cosmos-db/offers */
export const offerOperations: readonly Operation[] = [
  {
    name: 'List Offers',
    method: 'GET',
    path: '/offers',
    action: 'throughputSettings/read',
    isRead: true,
    handle: async (call) => feedAnswer(call, feedOf(call)),
  },
  {
    name: 'Query Offers',
    method: 'POST',
    path: '/offers',
    variant: 'query',
    action: 'throughputSettings/read',
    isRead: true,
    handle: (call) => queriedFeedAnswer(call, feedOf(call)),
  },
  {
    name: 'Get Offer',
    method: 'GET',
    path: '/offers/{}',
    action: 'throughputSettings/read',
    isRead: true,
    handle: async (call) => answerOf(findOffer(call)),
  },
  {
    name: 'Replace Offer',
    method: 'PUT',
    path: '/offers/{}',
    action: '',
    isRead: false,
    handle: replaceOffer,
  },
]

/** Who has throughput of its own. */
interface Offer {
  readonly id: string
  readonly rid: string
  readonly self: string
  readonly throughput: Throughput
  readonly version: RecordVersion
  replace(throughput: Throughput): Promise<unknown>
}

async function replaceOffer(call: CosmosCall): Promise<CosmosAnswer> {
  const offer = findOffer(call)
  const content = objectMember(readJsonBody(call), 'content')
  await offer.replace(wantedThroughput(call, content))
  return answerOf(findOffer(call))
}

function wantedThroughput(call: CosmosCall, content: JsonObject): Throughput {
  const moves = headerOf(call, 'x-ms-cosmos-migrate-offer-to-autopilot')
  const settles = headerOf(call, 'x-ms-cosmos-migrate-offer-to-manual-throughput')
  if (moves?.toLowerCase() === 'true') return { kind: 'autoscale', requestUnitsMax: 4000 }
  if (settles?.toLowerCase() === 'true') return { kind: 'manual', requestUnits: 400 }
  const autoscale = content['offerAutopilotSettings']
  // A client sends back both as it read them: autoscale has a number of the moment besides its maximum.
  const throughput = parseThroughput(
    isJsonObject(autoscale)
      ? { autoscaleSettings: { maxThroughput: autoscale['maxThroughput'] ?? null } }
      : { throughput: content['offerThroughput'] ?? null },
  )
  if (!throughput) throw badRequest('The offer should have a valid throughput.')
  return throughput
}

function findOffer(call: CosmosCall): Offer {
  const [id = ''] = call.names
  const offer = offersOf(call).find((each) => each.id === id)
  if (!offer) throw notFound()
  return offer
}

function feedOf(call: CosmosCall): Feed {
  return { list: 'Offers', rid: '', bodies: offersOf(call).map(offerBody) }
}

function offersOf({ account }: CosmosCall): readonly Offer[] {
  return account
    .databases()
    .flatMap((database) => [
      ...databaseOffer(database),
      ...database.containers().flatMap((container) => containerOffer(database, container)),
    ])
}

function databaseOffer(database: Database): readonly Offer[] {
  const { rid, throughput, version } = database
  if (!throughput) return []
  const replace = (wanted: Throughput): Promise<void> => database.replaceThroughput(wanted)
  return [{ id: offerId(rid), rid, self: `dbs/${rid}/`, throughput, version, replace }]
}

function containerOffer(database: Database, container: Container): readonly Offer[] {
  const { rid, record, version } = container
  const { throughput } = record
  if (!throughput) return []
  const self = `dbs/${database.rid}/colls/${rid}/`
  const replace = (wanted: Throughput): Promise<Container> =>
    database.replaceContainer(containerBody(container.definition), { throughput: wanted })
  return [{ id: offerId(rid), rid, self, throughput, version, replace }]
}

// The last bytes of a resource id tell its owner's offers apart; an offer's id is a segment of a path.
function offerId(rid: string): string {
  const bytes = Buffer.from(rid.replaceAll('-', '/'), 'base64')
  return bytes.subarray(-4).toString('base64url')
}

function answerOf(offer: Offer): CosmosAnswer {
  const headers = { etag: offer.version.etag }
  return { status: 200, body: offerBody(offer), headers, requestCharge: 2 }
}

function offerBody({ id, rid, self, throughput, version }: Offer): JsonObject {
  const requestUnits = requestUnitsOf(throughput)
  const isAutoscale = throughput.kind === 'autoscale'
  return {
    resource: self,
    offerType: 'Invalid',
    offerResourceId: rid,
    offerVersion: 'V2',
    content: {
      offerThroughput: isAutoscale ? Math.max(Math.floor(requestUnits / 10), 100) : requestUnits,
      offerIsRUPerMinuteThroughputEnabled: false,
      offerMinimumThroughputParameters: {
        maxThroughputEverProvisioned: requestUnits,
        maxConsumedStorageEverInKB: 0,
      },
      ...(isAutoscale ? { offerAutopilotSettings: { maxThroughput: requestUnits } } : {}),
    },
    id,
    _rid: id,
    _self: `offers/${id}/`,
    _etag: version.etag,
    _ts: Math.floor(version.changedMs / 1000),
  }
}
