import type { EditableSqlMessage } from '../../languages/sql-filter/sql-action.ts'
import { SqlEvaluationError } from '../../languages/sql-filter/sql-filter-error.ts'
import { SqlTimeSpan, kindOf, textOf } from '../../languages/sql-filter/values.ts'
import type { SqlResult, SqlValue } from '../../languages/sql-filter/values.ts'
import type { Envelope } from './envelope.ts'
import type { PropertyValue } from './message.ts'

const texts = {
  contenttype: 'contentType',
  correlationid: 'correlationId',
  label: 'subject',
  messageid: 'messageId',
  partitionkey: 'partitionKey',
  replyto: 'replyTo',
  replytosessionid: 'replyToSessionId',
  sessionid: 'sessionId',
  subject: 'subject',
  to: 'to',
} as const

const textNames: ReadonlyMap<string, (typeof texts)[keyof typeof texts]> = new Map(
  Object.entries(texts),
)

/** What `SET sys.x` may change. */
export const writableSystemNames: ReadonlySet<string> = new Set([
  ...textNames.keys(),
  'scheduledenqueuetime',
  'scheduledenqueuetimeutc',
  'timetolive',
])

/** https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-messages-payloads */
export const systemNames: ReadonlySet<string> = new Set([
  ...writableSystemNames,
  'enqueuedtime',
  'enqueuedtimeutc',
  'size',
])

interface Named {
  readonly name: string
  readonly value: PropertyValue
}

/** A message as filters and actions see it: names without regard to case, numbers as .NET has them. */
export class SqlView implements EditableSqlMessage {
  #envelope: Envelope
  readonly #enqueuedMs: number
  readonly #bytes: number
  #user: Map<string, Named> | undefined

  constructor(
    envelope: Envelope,
    options: { readonly enqueuedMs: number; readonly bytes: number },
  ) {
    this.#envelope = envelope
    this.#enqueuedMs = options.enqueuedMs
    this.#bytes = options.bytes
  }

  /** The envelope with what an action changed. */
  get envelope(): Envelope {
    if (!this.#user) return this.#envelope
    const applicationProperties: Record<string, PropertyValue> = {}
    for (const { name, value } of this.#user.values()) applicationProperties[name] = value
    return { ...this.#envelope, applicationProperties }
  }

  system(name: string): SqlValue {
    const text = textNames.get(name)
    if (text !== undefined) return this.#envelope[text] ?? null
    const { timeToLiveMs, scheduledEnqueueTimeMs } = this.#envelope
    switch (name) {
      case 'enqueuedtime':
      case 'enqueuedtimeutc':
        return new Date(this.#enqueuedMs)
      case 'scheduledenqueuetime':
      case 'scheduledenqueuetimeutc':
        return scheduledEnqueueTimeMs === undefined ? null : new Date(scheduledEnqueueTimeMs)
      case 'timetolive':
        return timeToLiveMs === undefined ? null : new SqlTimeSpan(timeToLiveMs)
      case 'size':
        return BigInt(this.#bytes)
      default:
        throw new SqlEvaluationError(`There is no system property '${name}'.`)
    }
  }

  user(name: string): SqlResult {
    const property = this.#properties().get(name)
    return property && toSqlValue(property.value)
  }

  setSystem(name: string, value: SqlValue): void {
    const text = textNames.get(name)
    if (text !== undefined) return this.#setText(text, value)
    if (name === 'timetolive') return this.#setTimeToLive(value)
    const { scheduledEnqueueTimeMs: _, ...envelope } = this.#envelope
    if (value !== null && !(value instanceof Date)) throw notConvertible(name, value)
    this.#envelope = value ? { ...envelope, scheduledEnqueueTimeMs: value.getTime() } : envelope
  }

  setUser(name: string, value: SqlValue): void {
    const key = name.toLowerCase()
    const properties = this.#properties()
    const known = properties.get(key)?.name ?? name
    properties.set(key, { name: known, value: fromSqlValue(value) })
  }

  removeUser(name: string): void {
    this.#properties().delete(name.toLowerCase())
  }

  #setText(name: (typeof texts)[keyof typeof texts], value: SqlValue): void {
    if (value === null && name === 'messageId') throw notConvertible(name, value)
    if (value instanceof Uint8Array) throw notConvertible(name, value)
    const { [name]: _, ...envelope } = this.#envelope
    this.#envelope = {
      ...envelope,
      messageId: this.#envelope.messageId,
      ...(value === null ? {} : { [name]: textOf(value) }),
    }
  }

  #setTimeToLive(value: SqlValue): void {
    const { timeToLiveMs: _, ...envelope } = this.#envelope
    if (value !== null && !(value instanceof SqlTimeSpan)) throw notConvertible('TimeToLive', value)
    this.#envelope = value ? { ...envelope, timeToLiveMs: value.ms } : envelope
  }

  #properties(): Map<string, Named> {
    if (this.#user) return this.#user
    this.#user = new Map()
    for (const [name, value] of Object.entries(this.#envelope.applicationProperties ?? {})) {
      this.#user.set(name.toLowerCase(), { name, value })
    }
    return this.#user
  }
}

/** A property as SQL has it: a whole number is an integer, as the official SDKs send it. */
export function toSqlValue(value: PropertyValue): SqlValue {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}

function fromSqlValue(value: SqlValue): PropertyValue {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }
  return value instanceof SqlTimeSpan ? value.ms : value
}

function notConvertible(name: string, value: SqlValue): Error {
  return new SqlEvaluationError(`A ${kindOf(value)} cannot be the system property '${name}'.`)
}
