/**
 * What the frames of a connection say, read from the fields of their lists.
 * https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-transport-v1.0-os.html#section-performatives
 */
import { AmqpError } from './amqp-error.ts'
import { Described, isMap, numberOf, textOf } from './amqp-value.ts'
import type { AmqpValue } from './amqp-value.ts'

export const codes = {
  open: 0x10,
  begin: 0x11,
  attach: 0x12,
  flow: 0x13,
  transfer: 0x14,
  disposition: 0x15,
  detach: 0x16,
  end: 0x17,
  close: 0x18,
} as const

type Fields = readonly AmqpValue[]

export interface Open {
  readonly containerId: string
  readonly hostname: string | undefined
  readonly frameBytesMax: number
  readonly channelMax: number
  readonly idleTimeoutMs: number | undefined
}

export function parseOpen(fields: Fields): Open {
  return {
    containerId: textOf(fields[0]) ?? '',
    hostname: textOf(fields[1]),
    frameBytesMax: numberOf(fields[2]) ?? 0xffff_ffff,
    channelMax: numberOf(fields[3]) ?? 0xffff,
    idleTimeoutMs: numberOf(fields[4]),
  }
}

export interface Begin {
  readonly nextOutgoingId: number
  readonly incomingWindow: number
  readonly handleMax: number
}

export function parseBegin(fields: Fields): Begin {
  return {
    nextOutgoingId: required(fields[1], 'next-outgoing-id'),
    incomingWindow: required(fields[2], 'incoming-window'),
    handleMax: numberOf(fields[4]) ?? 0xffff_ffff,
  }
}

export interface Attach {
  readonly name: string
  readonly handle: number
  /** The peer will receive: we send. */
  readonly isReceiver: boolean
  readonly senderSettleMode: number
  readonly receiverSettleMode: number
  readonly source: AmqpValue
  readonly target: AmqpValue
  readonly initialDeliveryCount: number
  readonly maxMessageSize: number
  readonly properties: ReadonlyMap<AmqpValue, AmqpValue>
}

export function parseAttach(fields: Fields): Attach {
  const properties = fields[13]
  return {
    name: textOf(fields[0]) ?? '',
    handle: required(fields[1], 'handle'),
    isReceiver: fields[2] === true,
    senderSettleMode: numberOf(fields[3]) ?? 2,
    receiverSettleMode: numberOf(fields[4]) ?? 0,
    source: fields[5] ?? null,
    target: fields[6] ?? null,
    initialDeliveryCount: numberOf(fields[9]) ?? 0,
    maxMessageSize: numberOf(fields[10]) ?? 0,
    properties: isMap(properties) ? properties : new Map(),
  }
}

export interface Flow {
  readonly nextIncomingId: number | undefined
  readonly incomingWindow: number
  readonly nextOutgoingId: number
  readonly handle: number | undefined
  readonly deliveryCount: number | undefined
  readonly linkCredit: number | undefined
  readonly drain: boolean
  readonly echo: boolean
}

export function parseFlow(fields: Fields): Flow {
  return {
    nextIncomingId: numberOf(fields[0]),
    incomingWindow: required(fields[1], 'incoming-window'),
    nextOutgoingId: required(fields[2], 'next-outgoing-id'),
    handle: numberOf(fields[4]),
    deliveryCount: numberOf(fields[5]),
    linkCredit: numberOf(fields[6]),
    drain: fields[8] === true,
    echo: fields[9] === true,
  }
}

export interface Transfer {
  readonly handle: number
  readonly deliveryId: number | undefined
  readonly deliveryTag: Uint8Array | undefined
  readonly messageFormat: number
  readonly settled: boolean
  readonly more: boolean
  readonly state: AmqpValue
  readonly aborted: boolean
}

export function parseTransfer(fields: Fields): Transfer {
  const tag = fields[2]
  return {
    handle: required(fields[0], 'handle'),
    deliveryId: numberOf(fields[1]),
    deliveryTag: tag instanceof Uint8Array ? tag : undefined,
    messageFormat: numberOf(fields[3]) ?? 0,
    settled: fields[4] === true,
    more: fields[5] === true,
    state: fields[7] ?? null,
    aborted: fields[9] === true,
  }
}

export interface Disposition {
  /** The peer speaks of what it received: of what we sent. */
  readonly isReceiver: boolean
  readonly first: number
  readonly last: number
  readonly settled: boolean
  readonly state: AmqpValue
}

export function parseDisposition(fields: Fields): Disposition {
  const first = required(fields[1], 'first')
  return {
    isReceiver: fields[0] === true,
    first,
    last: numberOf(fields[2]) ?? first,
    settled: fields[3] === true,
    state: fields[4] ?? null,
  }
}

export interface Detach {
  readonly handle: number
  readonly closed: boolean
}

export function parseDetach(fields: Fields): Detach {
  return { handle: required(fields[0], 'handle'), closed: fields[1] === true }
}

/** A coordinator's request: declare gives no id, discharge names one. */
export function parseCoordination(
  body: AmqpValue,
): { readonly transactionId: Uint8Array; readonly fail: boolean } | 'declare' | undefined {
  if (!(body instanceof Described) || !Array.isArray(body.value)) return undefined
  const code = body.descriptor
  if (code === 0x31n || code === 'amqp:declare:list') return 'declare'
  if (code !== 0x32n && code !== 'amqp:discharge:list') return undefined
  const [transactionId, fail] = body.value
  if (!(transactionId instanceof Uint8Array)) return undefined
  return { transactionId, fail: fail === true }
}

function required(value: AmqpValue | undefined, name: string): number {
  const number = numberOf(value)
  if (number !== undefined) return number
  throw new AmqpError('amqp:decode-error', `The field '${name}' of a performative is missing.`)
}
