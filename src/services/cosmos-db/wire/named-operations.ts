import { stringMember, type JsonObject } from '../../../base/json.ts'
import { badRequest } from '../errors.ts'
import type { NamedResources } from '../named-resources.ts'
import { headerOf, type CosmosAnswer, type CosmosCall, type Operation } from './call.ts'
import { feedAnswer, queriedFeedAnswer, type Feed } from './feed.ts'
import { readJsonBody } from './json-body.ts'

/** A kind of resources that have names and bodies of their own: users, permissions, scripts. */
export interface NamedKind {
  /** `User`, and `Users` for lists. */
  readonly noun: string
  readonly plural: string
  /** `/dbs/{}/users` */
  readonly path: string
  /** Of the list in an answer. */
  readonly list: string
  ownerRid(call: CosmosCall): string
  resources(call: CosmosCall): Promise<NamedResources> | NamedResources
  /** What is kept of a body; throws Azure's 400 for a malformed one. */
  parse(call: CosmosCall, body: JsonObject): JsonObject
  /** What is read back of it. */
  show?(call: CosmosCall, body: JsonObject): JsonObject
  /** Where more than the resource itself has to go. */
  delete?(call: CosmosCall, id: string): Promise<void>
}

/** The addresses that every such kind has; Azure's roles of data have none of them. */
export function namedOperations(kind: NamedKind): readonly Operation[] {
  const { noun, plural, path } = kind
  const one = `${path}/{}`
  const read = { action: '', isRead: true } as const
  const write = { action: '', isRead: false } as const
  return [
    {
      name: `Create ${noun}`,
      method: 'POST',
      path,
      ...write,
      handle: (call) => create(call, kind),
    },
    {
      name: `Upsert ${noun}`,
      method: 'POST',
      path,
      variant: 'upsert',
      ...write,
      handle: (call) => upsert(call, kind),
    },
    {
      name: `List ${plural}`,
      method: 'GET',
      path,
      ...read,
      handle: async (call) => feedAnswer(call, await feedOf(call, kind)),
    },
    {
      name: `Query ${plural}`,
      method: 'POST',
      path,
      variant: 'query',
      ...read,
      handle: async (call) => queriedFeedAnswer(call, await feedOf(call, kind)),
    },
    {
      name: `Get ${noun}`,
      method: 'GET',
      path: one,
      ...read,
      handle: async (call) => {
        const resources = await kind.resources(call)
        return answerOf(call, kind, { body: await resources.get(idOf(call)), status: 200 })
      },
    },
    {
      name: `Replace ${noun}`,
      method: 'PUT',
      path: one,
      ...write,
      handle: (call) => replace(call, kind),
    },
    {
      name: `Delete ${noun}`,
      method: 'DELETE',
      path: one,
      ...write,
      handle: async (call) => {
        const resources = await kind.resources(call)
        if (kind.delete) await kind.delete(call, idOf(call))
        else await resources.delete(idOf(call), headerOf(call, 'if-match'))
        return { status: 204, requestCharge: 4.95 }
      },
    },
  ]
}

async function create(call: CosmosCall, kind: NamedKind): Promise<CosmosAnswer> {
  const body = kind.parse(call, readJsonBody(call))
  const resources = await kind.resources(call)
  return answerOf(call, kind, { body: await resources.create(body), status: 201 })
}

async function upsert(call: CosmosCall, kind: NamedKind): Promise<CosmosAnswer> {
  const body = kind.parse(call, readJsonBody(call))
  const resources = await kind.resources(call)
  const existing = await resources.find(stringMember(body, 'id') ?? '')
  return answerOf(call, kind, {
    body: await resources.upsert(body),
    status: existing ? 200 : 201,
  })
}

async function replace(call: CosmosCall, kind: NamedKind): Promise<CosmosAnswer> {
  const body = kind.parse(call, readJsonBody(call))
  const id = idOf(call)
  if (stringMember(body, 'id') !== id) {
    throw badRequest(`The id of the body and '${id}' of the address must be the same.`)
  }
  const resources = await kind.resources(call)
  const replaced = await resources.replace(id, body, headerOf(call, 'if-match'))
  return answerOf(call, kind, { body: replaced, status: 200 })
}

async function feedOf(call: CosmosCall, kind: NamedKind): Promise<Feed> {
  const bodies = await (await kind.resources(call)).list()
  return {
    list: kind.list,
    rid: kind.ownerRid(call),
    bodies: bodies.map((body) => kind.show?.(call, body) ?? body),
  }
}

function answerOf(
  call: CosmosCall,
  kind: NamedKind,
  { body, status }: { readonly body: JsonObject; readonly status: number },
): CosmosAnswer {
  return {
    status,
    body: kind.show?.(call, body) ?? body,
    headers: { etag: stringMember(body, '_etag') ?? '' },
    requestCharge: call.body.length > 0 ? 4.95 : 1,
  }
}

function idOf({ names }: CosmosCall): string {
  return names.at(-1) ?? ''
}
