import type { ApplicationProperties, LockedMessage } from './message.ts'

/** How a receiver ends a delivery. */
export interface Settlement {
  readonly kind: 'complete' | 'abandon' | 'defer' | 'deadLetter'
  readonly message: LockedMessage
  /** Application properties that change with it. */
  readonly properties?: ApplicationProperties | undefined
  readonly reason?: string | undefined
  readonly description?: string | undefined
}
