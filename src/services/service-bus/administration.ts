/** Creates, reads, updates and deletes entities for the administration: https://learn.microsoft.com/en-us/rest/api/servicebus/entities */
import { ServiceError } from '../../base/errors.ts'
import { stringMember } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { description, time, writeEntry, writeFeed } from './atom.ts'
import type { AtomEntry } from './atom.ts'
import { describeEntity, describeRule, parseEntry } from './atom-descriptions.ts'
import type { Described } from './atom-descriptions.ts'
import { accessRights } from './authorization-rules.ts'
import type { AuthorizationRule } from './authorization-rules.ts'
import type { Entity } from './entities.ts'
import { badRequest, entityAlreadyExists, entityNotFound } from './errors.ts'
import { feedCountMax } from './limits.ts'
import type { Namespace } from './namespace.ts'
import type { Rule } from './rule.ts'

/** A request that its caller may make. */
export interface AdministrationCall {
  readonly namespace: Namespace
  /** Without slashes at its ends. */
  readonly path: string
  readonly query: URLSearchParams
  /** `https://host` */
  readonly origin: string
  readonly body: string
  readonly ifMatch: boolean
  readonly nowMs: number
}

export interface AdministrationAnswer {
  readonly status: number
  readonly body: string
}

/** Gives namespaces, entities and rules as entries, and several of them as a feed. */
export async function read(call: AdministrationCall): Promise<AdministrationAnswer> {
  const { path, namespace } = call
  const list = listOf(call)
  if (list) return { status: 200, body: await feed(call, list) }
  if (path.toLowerCase() === '$namespaceinfo') return { status: 200, body: namespaceEntry(call) }
  const found = find(namespace, path)
  if (!found) throw entityNotFound(path)
  return { status: 200, body: writeEntry(await entryOf(call, found)) }
}

/** Creates an entity, or with `If-Match` replaces what an existing one is like. */
export async function write(call: AdministrationCall): Promise<AdministrationAnswer> {
  const { namespace, path, ifMatch } = call
  const described = parseEntry(call.body)
  const existing = find(namespace, path)
  if (existing && !ifMatch) throw conflict(path)
  if (!existing && ifMatch) throw entityNotFound(path)
  const written = await put(namespace, path, described)
  await putAuthorizationRules(namespace, path, described.authorizationRules)
  return { status: ifMatch ? 200 : 201, body: writeEntry(await entryOf(call, written)) }
}

export async function remove(call: AdministrationCall): Promise<AdministrationAnswer> {
  const { namespace, path } = call
  if (!find(namespace, path)) throw entityNotFound(path)
  await namespace.delete(domainPath(path))
  return { status: 200, body: '' }
}

type Found = { readonly entity: Entity } | { readonly rule: Rule }

function find(namespace: Namespace, path: string): Found | undefined {
  const wanted = domainPath(path)
  const entity = namespace.list().find((each) => each.path.toLowerCase() === wanted.toLowerCase())
  if (entity) return { entity }
  const [subscription = '', name] = wanted.split(/\/rules\//i)
  if (name === undefined) return undefined
  const parent = find(namespace, subscription)
  const isIn = parent && 'entity' in parent && parent.entity.kind === 'subscription'
  const rule = isIn ? parent.entity.rules.get(name.toLowerCase()) : undefined
  return rule && { rule }
}

async function put(namespace: Namespace, path: string, described: Described): Promise<Found> {
  const { kind, properties } = described
  const [parent = '', subscription, more] = domainPath(path).split(/\/subscriptions\//i)
  const [name = '', rule] = (subscription ?? '').split(/\/rules\//i)
  const depth =
    more !== undefined ? -1 : rule !== undefined ? 2 : subscription !== undefined ? 1 : 0
  switch (kind) {
    case 'queue':
      if (depth !== 0) break
      return { entity: await namespace.putQueue(parent, properties) }
    case 'topic':
      if (depth !== 0) break
      return { entity: await namespace.putTopic(parent, properties) }
    case 'subscription':
      if (depth !== 1) break
      return { entity: await putSubscription(namespace, { topic: parent, name }, described) }
    case 'rule':
      if (depth !== 2) break
      return {
        rule: await namespace.putRule(`${parent}/subscriptions/${name}`, rule ?? '', properties),
      }
  }
  throw badRequest(`SubCode=40000. A ${kind} cannot be at the path '${path}'.`)
}

async function putSubscription(
  namespace: Namespace,
  place: { readonly topic: string; readonly name: string },
  described: Described,
): Promise<Entity> {
  const { defaultRule, properties } = described
  const isNew = !namespace.topic(place.topic).subscriptions.has(place.name.toLowerCase())
  const subscription = await namespace.putSubscription(place.topic, place.name, properties)
  if (!defaultRule || !isNew) return subscription
  await namespace.putRule(subscription.path, defaultRule.name, defaultRule.properties)
  if (defaultRule.name.toLowerCase() !== '$default') {
    await namespace.delete(`${subscription.path}/rules/$Default`)
  }
  return namespace.subscription(subscription.path)
}

async function putAuthorizationRules(
  namespace: Namespace,
  path: string,
  rules: readonly JsonObject[],
): Promise<void> {
  for (const rule of rules) {
    const given = Array.isArray(rule['rights']) ? rule['rights'] : []
    const rights = accessRights.filter((right) => given.includes(right))
    const keys = {
      primaryKey: stringMember(rule, 'primaryKey') ?? '',
      secondaryKey: stringMember(rule, 'secondaryKey') ?? '',
    }
    await namespace.authorizationRules.put(path, stringMember(rule, 'name') ?? '', rights, keys)
  }
}

interface List {
  readonly title: string
  readonly items: readonly Found[]
}

function listOf({ namespace, path }: AdministrationCall): List | undefined {
  const resources = /^\$resources\/(queues|topics)$/i.exec(path)
  if (resources) {
    const kind = resources[1]?.toLowerCase() === 'queues' ? 'queue' : 'topic'
    const items = namespace.list().filter((entity) => entity.kind === kind)
    return { title: resources[1] ?? '', items: items.map((entity) => ({ entity })) }
  }
  const rules = /^(.+\/subscriptions\/[^/]+)\/rules$/i.exec(path)
  if (rules) {
    const { rules: all } = namespace.subscription(domainPath(rules[1] ?? ''))
    return { title: 'Rules', items: [...all.values()].map((rule) => ({ rule })) }
  }
  const subscriptions = /^(.+)\/subscriptions$/i.exec(path)
  if (!subscriptions) return undefined
  const topic = namespace.topic(subscriptions[1] ?? '')
  const items = [...topic.subscriptions.values()].map((entity) => ({ entity }))
  return { title: 'Subscriptions', items }
}

async function feed(call: AdministrationCall, list: List): Promise<string> {
  const { query, origin, path, nowMs } = call
  const skip = wholeNumber(query, '$skip') ?? 0
  const top = Math.min(wholeNumber(query, '$top') ?? feedCountMax, feedCountMax)
  const page = list.items.slice(skip, skip + top)
  const entries = await Promise.all(page.map((item) => entryOf(call, item)))
  const next = new URLSearchParams(query)
  next.set('$skip', String(skip + page.length))
  next.set('$top', String(top))
  const isMore = skip + page.length < list.items.length
  return writeFeed({
    id: `${origin}/${path}?${query.toString()}`,
    title: list.title,
    updatedMs: nowMs,
    next: isMore ? `${origin}/${path}?${next.toString()}` : undefined,
    entries,
  })
}

async function entryOf(call: AdministrationCall, found: Found): Promise<AtomEntry> {
  const { namespace } = call
  if ('rule' in found) {
    const { rule } = found
    const { path, createdMs, updatedMs } = rule.definition
    const shared = addressOf(call, path)
    return {
      ...shared,
      title: rule.name,
      publishedMs: createdMs,
      updatedMs,
      description: describeRule(rule),
    }
  }
  const { entity } = found
  const { path, definition } = entity
  const state = {
    counts: await namespace.counts(path),
    rules: entity.kind === 'subscription' ? [] : authorizationRulesOf(namespace, path),
  }
  return {
    ...addressOf(call, path),
    title: entity.kind === 'subscription' ? path.slice(path.lastIndexOf('/') + 1) : path,
    publishedMs: definition.createdMs,
    updatedMs: definition.updatedMs,
    description: describeEntity(entity, state),
  }
}

function addressOf(
  call: AdministrationCall,
  path: string,
): { readonly id: string; readonly author: string } {
  const address = path
    .replace(/\/subscriptions\//i, '/Subscriptions/')
    .replace(/\/rules\//i, '/Rules/')
  const version = call.query.get('api-version') ?? '2021-05'
  return { id: `${call.origin}/${address}?api-version=${version}`, author: call.namespace.name }
}

function namespaceEntry(call: AdministrationCall): string {
  const { namespace, origin, nowMs } = call
  const properties = [
    { name: 'Alias', content: '' },
    { name: 'CreatedTime', content: time(nowMs) },
    { name: 'MessagingSKU', content: namespace.tier },
    ...(namespace.tier === 'Premium' ? [{ name: 'MessagingUnits', content: '1' }] : []),
    { name: 'ModifiedTime', content: time(nowMs) },
    { name: 'Name', content: namespace.name },
    { name: 'NamespaceType', content: 'Messaging' },
  ]
  return writeEntry({
    id: `${origin}/$namespaceinfo?api-version=2021-05`,
    title: namespace.name,
    author: namespace.name,
    publishedMs: nowMs,
    updatedMs: nowMs,
    description: description('NamespaceInfo', properties),
  })
}

function authorizationRulesOf(namespace: Namespace, path: string): readonly AuthorizationRule[] {
  return namespace.authorizationRules.list(path)
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^\d{1,9}$/.test(text)) throw badRequest(`SubCode=40000. '${name}' must be a whole number.`)
  return Number(text)
}

function domainPath(path: string): string {
  return path.replace(/\/subscriptions\//i, '/subscriptions/').replace(/\/rules\//i, '/rules/')
}

function conflict(path: string): ServiceError {
  const { code, status, message } = entityAlreadyExists(path)
  return new ServiceError(code, status, `SubCode=40900. Conflict. ${message}`)
}
