import { messageOf } from '../../base/errors.ts'
import { SqlEvaluationError } from '../../languages/sql-filter/sql-filter-error.ts'
import type { AppendMessage } from '../../store/messages.ts'
import type { Queue, Subscription, Topic } from './entities.ts'
import type { Envelope } from './envelope.ts'
import type { Rule } from './rule.ts'
import { appendTo, appendToInbox, deadLetterTo, isScheduled, withEnvelope } from './sending.ts'
import type { Parcel } from './sending.ts'
import { SqlView } from './sql-view.ts'

/** What enqueuing one message in an entity appends to the store. */
export type Route = (entity: Queue | Topic, parcel: Parcel, nowMs: number) => AppendMessage[]

/** How a sender's message goes: to the queue, or to the subscriptions whose rules let it through. */
export function route(entity: Queue | Topic, parcel: Parcel, nowMs: number): AppendMessage[] {
  if (entity.kind === 'queue') return [appendTo(entity, parcel, { nowMs })]
  // Duplicates must be found once for the whole topic, so such a topic takes every message in by its inbox.
  if (entity.properties.requiresDuplicateDetection || isScheduled(parcel, nowMs)) {
    return [appendToInbox(entity, parcel, nowMs)]
  }
  return distribute(entity, parcel, nowMs)
}

/** How a message goes on that waited in the inbox of its topic. */
export function routeFromInbox(
  entity: Queue | Topic,
  parcel: Parcel,
  nowMs: number,
): AppendMessage[] {
  return entity.kind === 'topic' ? distribute(entity, parcel, nowMs) : route(entity, parcel, nowMs)
}

function distribute(topic: Topic, parcel: Parcel, nowMs: number): AppendMessage[] {
  const appends: AppendMessage[] = []
  const view = viewOf(parcel.envelope, parcel, nowMs)
  for (const subscription of topic.subscriptions.values()) {
    try {
      for (const copy of copiesFor(subscription, { parcel, view, nowMs })) {
        appends.push(appendTo(subscription, copy, { nowMs, topic }))
      }
    } catch (error) {
      if (!(error instanceof SqlEvaluationError)) throw error
      if (!subscription.properties.deadLetteringOnFilterEvaluationExceptions) continue
      const { path: source } = subscription
      const why = { reason: 'FilterEvaluationException', description: messageOf(error), source }
      appends.push(deadLetterTo(subscription, parcel, why))
    }
  }
  return appends
}

interface Arrival {
  readonly parcel: Parcel
  /** The parcel as the rules see it: one for all subscriptions, since no filter changes it. */
  readonly view: SqlView
  readonly nowMs: number
}

/**
 * One copy for all matching rules without an action together, and one for each matching rule with an action.
 * https://learn.microsoft.com/en-us/azure/service-bus-messaging/topic-filters
 */
function copiesFor(subscription: Subscription, arrival: Arrival): Parcel[] {
  const { parcel, view, nowMs } = arrival
  const copies: Parcel[] = []
  let plain = false
  for (const rule of subscription.rules.values()) {
    if (!rule.action && plain) continue
    if (!rule.matches(view)) continue
    if (rule.action) copies.push(changedCopy(rule, parcel, nowMs))
    else plain = true
  }
  return plain ? [parcel, ...copies] : copies
}

function changedCopy(rule: Rule, parcel: Parcel, nowMs: number): Parcel {
  const applicationProperties = { ...parcel.envelope.applicationProperties, RuleName: rule.name }
  const view = viewOf({ ...parcel.envelope, applicationProperties }, parcel, nowMs)
  rule.action?.(view)
  return withEnvelope(parcel, view.envelope)
}

function viewOf(envelope: Envelope, parcel: Parcel, nowMs: number): SqlView {
  return new SqlView(envelope, { enqueuedMs: nowMs, bytes: parcel.bytes })
}
