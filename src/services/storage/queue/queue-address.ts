import { invalidUri } from '../errors.ts'

/** What a request of the Queue service is of. */
export interface QueueAddress {
  readonly level: 'service' | 'queue' | 'messages' | 'message'
  /** Empty for the service. */
  readonly queue: string
  /** Id of a message; empty for all of them. */
  readonly message: string
}

/** `/queue/messages/id`: https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api */
export function queueAddressOf(segments: readonly string[]): QueueAddress {
  const [queue = '', collection = '', message = '', ...rest] = withoutLastSlash(segments)
  if (rest.length > 0) throw invalidUri()
  if (queue === '') return { level: 'service', queue, message }
  if (collection === '') return { level: 'queue', queue, message: '' }
  if (collection.toLowerCase() !== 'messages') throw invalidUri()
  return { level: message === '' ? 'messages' : 'message', queue, message }
}

function withoutLastSlash(segments: readonly string[]): readonly string[] {
  return segments.at(-1) === '' ? segments.slice(0, -1) : segments
}
