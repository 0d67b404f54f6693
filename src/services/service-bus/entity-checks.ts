import type { Definition, Entity, Queue, Subscription } from './entities.ts'
import type { SendableProperties } from './entity-properties.ts'
import { badRequest, immutableProperty, limitReached } from './errors.ts'
import {
  entitiesPerNamespaceMax,
  entityNameLengthMax,
  ruleNameLengthMax,
  rulesPerTopicMax,
  subscriptionNameLengthMax,
  subscriptionsPerTopicMax,
  timeToLiveMsMaxBasic,
} from './limits.ts'
import type { Rule } from './rule.ts'

export type Tier = 'Basic' | 'Standard' | 'Premium'

/** What a new or changed definition is checked against. */
export interface CheckedNamespace {
  readonly tier: Tier
  readonly entityCount: number
  find(path: string): Entity | undefined
}

/** Refuses an entity that Azure refuses for its tier, its neighbours or what it was before. */
export function checkEntity(
  entity: Entity,
  previous: Definition | undefined,
  namespace: CheckedNamespace,
): void {
  if (!previous && namespace.entityCount >= entitiesPerNamespaceMax) {
    throw limitReached(
      `A namespace has at most ${entitiesPerNamespaceMax} queues, topics and subscriptions.`,
    )
  }
  if (entity.kind !== 'subscription') checkEntityName(entity.path)
  if (entity.kind !== 'queue') checkTopicTier(namespace.tier)
  if (entity.kind !== 'subscription') checkSendable(entity.properties, namespace.tier)
  if (entity.kind !== 'topic') checkReceivable(entity, namespace)
  if (entity.kind === 'subscription') checkSubscription(entity, previous, namespace)
  if (previous) checkImmutable(entity, previous)
}

export function checkRule(
  rule: Rule,
  previous: Definition | undefined,
  namespace: CheckedNamespace,
): void {
  checkChildName(rule.name, { kind: 'rule', lengthMax: ruleNameLengthMax })
  const topic = topicOf(rule.definition.path, namespace)
  let rules = 0
  for (const subscription of topic?.subscriptions.values() ?? []) rules += subscription.rules.size
  if (!previous && rules >= rulesPerTopicMax) {
    throw limitReached(`The subscriptions of a topic have at most ${rulesPerTopicMax} rules.`)
  }
}

function checkEntityName(path: string): void {
  // A slash may be part of a name, but not so that it reads as the path of something in a topic.
  const isPath = /\/(?:subscriptions|rules)\//i.test(path)
  const isName = /^[\p{L}\d](?:[\p{L}\d._/~-]*[\p{L}\d])?$/u.test(path)
  if (isName && !isPath && path.length <= entityNameLengthMax) return
  throw badRequest(
    `The entity name '${path}' is not valid: at most ${entityNameLengthMax} letters, digits, periods, hyphens, underscores and slashes, with a letter or digit at both ends.`,
  )
}

function checkChildName(
  name: string,
  options: { readonly kind: string; readonly lengthMax: number },
): void {
  if (name.length <= options.lengthMax && /^[$\p{L}\d](?:[\p{L}\d._-]*[\p{L}\d])?$/u.test(name))
    return
  throw badRequest(
    `The ${options.kind} name '${name}' is not valid: at most ${options.lengthMax} letters, digits, periods, hyphens and underscores, with a letter or digit at both ends.`,
  )
}

function checkTopicTier(tier: Tier): void {
  if (tier === 'Basic') {
    throw badRequest("SubCode=40000. Topics can't be created in a namespace of the 'Basic' tier.")
  }
}

function checkSendable(properties: SendableProperties, tier: Tier): void {
  const { requiresDuplicateDetection, maxMessageSizeInKilobytes, defaultTimeToLiveMs } = properties
  if (
    tier !== 'Premium' &&
    maxMessageSizeInKilobytes !== undefined &&
    maxMessageSizeInKilobytes !== 256
  ) {
    throw unavailable('maxMessageSizeInKilobytes', tier)
  }
  if (tier !== 'Basic') return
  if (requiresDuplicateDetection) throw unavailable('requiresDuplicateDetection', tier)
  if (defaultTimeToLiveMs !== undefined && defaultTimeToLiveMs > timeToLiveMsMaxBasic) {
    throw unavailable('defaultMessageTimeToLive', tier)
  }
}

function checkReceivable(entity: Queue | Subscription, namespace: CheckedNamespace): void {
  const { path, properties } = entity
  const { forwardTo, forwardDeadLetteredMessagesTo, requiresSession } = properties
  if (namespace.tier === 'Basic') {
    if (requiresSession) throw unavailable('requiresSession', namespace.tier)
    if (forwardTo !== undefined) throw unavailable('forwardTo', namespace.tier)
  }
  if (requiresSession && forwardTo !== undefined) {
    throw badRequest(
      `SubCode=40000. Auto-forwarding is not supported for the entity '${path}', which requires sessions.`,
    )
  }
  for (const destination of [forwardTo, forwardDeadLetteredMessagesTo]) {
    if (destination !== undefined) checkDestination(path, destination, namespace)
  }
}

function checkDestination(path: string, destination: string, namespace: CheckedNamespace): void {
  const target = namespace.find(destination)
  if (destination.toLowerCase() === path.toLowerCase()) {
    throw badRequest(`SubCode=40000. The entity '${path}' cannot forward messages to itself.`)
  }
  if (!target || target.kind === 'subscription') {
    throw badRequest(
      `SubCode=40000. The entity '${path}' cannot forward messages to '${destination}': there is no such queue or topic.`,
    )
  }
}

function checkSubscription(
  subscription: Subscription,
  previous: Definition | undefined,
  namespace: CheckedNamespace,
): void {
  const { path } = subscription
  checkChildName(path.slice(path.lastIndexOf('/') + 1), {
    kind: 'subscription',
    lengthMax: subscriptionNameLengthMax,
  })
  const topic = topicOf(path, namespace)
  if (!previous && topic && topic.subscriptions.size >= subscriptionsPerTopicMax) {
    throw limitReached(`A topic has at most ${subscriptionsPerTopicMax} subscriptions.`)
  }
}

const immutable = ['requiresSession', 'requiresDuplicateDetection', 'enablePartitioning'] as const

function checkImmutable(entity: Entity, previous: Definition): void {
  for (const name of immutable) {
    const was = previous.properties[name] ?? false
    if ((entity.definition.properties[name] ?? false) === was) continue
    throw immutableProperty(name, entity.kind)
  }
}

function topicOf(path: string, namespace: CheckedNamespace) {
  const entity = namespace.find(path.split(/\/subscriptions\//i)[0] ?? '')
  return entity?.kind === 'topic' ? entity : undefined
}

function unavailable(property: string, tier: Tier): Error {
  return badRequest(`SubCode=40000. The property '${property}' can't be set in the '${tier}' tier.`)
}
