import type { AppendMessage } from '../../store/messages.ts'
import type { Queue, Topic } from './entities.ts'
import { appendTo, appendToInbox, isScheduled } from './sending.ts'
import type { Parcel } from './sending.ts'

/** What enqueuing one message in an entity appends to the store. */
export function route(entity: Queue | Topic, parcel: Parcel, nowMs: number): AppendMessage[] {
  if (entity.kind === 'queue') return [appendTo(entity, parcel, { nowMs })]
  // Duplicates must be found once for the whole topic, so such a topic takes every message in by its inbox.
  if (entity.properties.requiresDuplicateDetection || isScheduled(parcel, nowMs)) {
    return [appendToInbox(entity, parcel, nowMs)]
  }
  return distribute(entity, parcel, nowMs)
}

/** The copies that the subscriptions of a topic get. */
export function distribute(topic: Topic, parcel: Parcel, nowMs: number): AppendMessage[] {
  const copies: AppendMessage[] = []
  for (const subscription of topic.subscriptions.values()) {
    copies.push(appendTo(subscription, parcel, { nowMs, topic }))
  }
  return copies
}
