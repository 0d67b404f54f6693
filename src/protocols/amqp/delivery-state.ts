import { AmqpError } from './amqp-error.ts'
import { descriptorCode } from './amqp-reader.ts'
import { Described, Encoded, exact, isList, isMap, symbol, textOf } from './amqp-value.ts'
import type { AmqpValue } from './amqp-value.ts'
import { AmqpWriter } from './amqp-writer.ts'

/** https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-messaging-v1.0-os.html#section-delivery-state */
export type Outcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly error?: AmqpError | undefined }
  | { readonly kind: 'released' }
  | {
      readonly kind: 'modified'
      readonly deliveryFailed: boolean
      readonly undeliverableHere: boolean
      readonly annotations: ReadonlyMap<AmqpValue, AmqpValue>
    }

export type DeliveryState =
  | Outcome
  | { readonly kind: 'received' }
  | { readonly kind: 'declared'; readonly transactionId: Uint8Array }
  | {
      readonly kind: 'transactional'
      readonly transactionId: Uint8Array
      readonly outcome?: Outcome | undefined
    }

export const accepted: Outcome = { kind: 'accepted' }

/** A state as a disposition carries it; undefined for none. */
export function parseDeliveryState(value: AmqpValue | undefined): DeliveryState | undefined {
  if (!(value instanceof Described) || !isList(value.value)) return undefined
  const fields = value.value
  const [first] = fields
  switch (descriptorCode(value.descriptor)) {
    case 0x23:
      return { kind: 'received' }
    case 0x33:
      return {
        kind: 'declared',
        transactionId: first instanceof Uint8Array ? first : new Uint8Array(),
      }
    case 0x34:
      return {
        kind: 'transactional',
        transactionId: first instanceof Uint8Array ? first : new Uint8Array(),
        outcome: parseOutcome(fields[1]),
      }
    default:
      return parseOutcome(value)
  }
}

export function stateValue(state: DeliveryState): AmqpValue {
  switch (state.kind) {
    case 'received':
      return composite(0x23, [exact('uint', 0), exact('ulong', 0)])
    case 'accepted':
      return acceptedValue
    case 'rejected':
      return composite(0x25, state.error ? [errorValue(state.error)] : [])
    case 'released':
      return composite(0x26, [])
    case 'modified':
      return composite(0x27, [state.deliveryFailed, state.undeliverableHere, state.annotations])
    case 'declared':
      return composite(0x33, [state.transactionId])
    case 'transactional':
      return composite(0x34, [
        state.transactionId,
        state.outcome ? stateValue(state.outcome) : null,
      ])
  }
}

export function errorValue(error: AmqpError): AmqpValue {
  const info = new Map<AmqpValue, AmqpValue>()
  for (const [key, value] of error.info)
    info.set(typeof key === 'string' ? symbol(key) : key, value)
  return composite(0x1d, [symbol(error.condition), error.message, info.size > 0 ? info : null])
}

function parseError(value: AmqpValue | undefined): AmqpError | undefined {
  if (!(value instanceof Described) || !isList(value.value)) return undefined
  const [condition, description, info] = value.value
  return new AmqpError(
    textOf(condition) ?? '',
    textOf(description) ?? '',
    isMap(info) ? info : new Map(),
  )
}

const acceptedValue = new Encoded(Buffer.from([0x00, 0x53, 0x24, 0x45]))

function parseOutcome(value: AmqpValue | undefined): Outcome | undefined {
  if (!(value instanceof Described) || !isList(value.value)) return undefined
  const [first, second, third] = value.value
  switch (descriptorCode(value.descriptor)) {
    case 0x24:
      return accepted
    case 0x25:
      return { kind: 'rejected', error: parseError(first) }
    case 0x26:
      return { kind: 'released' }
    case 0x27:
      return {
        kind: 'modified',
        deliveryFailed: first === true,
        undeliverableHere: second === true,
        annotations: isMap(third) ? third : new Map(),
      }
    default:
      return undefined
  }
}

function composite(code: number, fields: readonly AmqpValue[]): Encoded {
  const writer = new AmqpWriter()
  writer.composite(code, fields)
  return new Encoded(writer.take())
}
