import type { AppendMessage } from '../../store/messages.ts'
import type { Queue, Topic } from './entities.ts'
import { appendTo, appendToInbox, isScheduled } from './sending.ts'
import type { Parcel } from './sending.ts'

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

/** The copies that the subscriptions of a topic get. */
function distribute(topic: Topic, parcel: Parcel, nowMs: number): AppendMessage[] {
  const copies: AppendMessage[] = []
  for (const subscription of topic.subscriptions.values()) {
    copies.push(appendTo(subscription, parcel, { nowMs, topic }))
  }
  return copies
}
