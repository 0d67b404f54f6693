import { Cancellation } from '../../protocols/http/cancellation.ts'

/** A signal in the form that outgoing calls take; `close` lets go of it. */
export function cancellationOf(signal: AbortSignal): {
  readonly signal: Cancellation
  close(): void
} {
  const cancellation = new Cancellation()
  const abort = (): void => cancellation.cancel()
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return { signal: cancellation, close: () => signal.removeEventListener('abort', abort) }
}
