import { descriptorCode } from './amqp-reader.ts'
import { Described, Encoded, isList, isMap, symbol, textOf } from './amqp-value.ts'
import type { AmqpValue } from './amqp-value.ts'
import { AmqpWriter } from './amqp-writer.ts'

/** Where a link begins or ends: https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-messaging-v1.0-os.html#section-addressing */
export interface Terminus {
  readonly kind: 'source' | 'target' | 'coordinator'
  readonly address: string | undefined
  /** The peer asks us to make up an address. */
  readonly dynamic: boolean
  /** Of a source: filters by their names, each the value below its descriptor. */
  readonly filters: ReadonlyMap<string, AmqpValue>
  readonly capabilities: readonly string[]
}

export function parseTerminus(value: AmqpValue | undefined): Terminus | undefined {
  if (!(value instanceof Described) || !isList(value.value)) return undefined
  const fields = value.value
  const code = descriptorCode(value.descriptor)
  if (code === 0x30) return { ...nowhere, kind: 'coordinator', capabilities: texts(fields[0]) }
  if (code !== 0x28 && code !== 0x29) return undefined
  const isSource = code === 0x28
  return {
    kind: isSource ? 'source' : 'target',
    address: textOf(fields[0]),
    dynamic: fields[4] === true,
    filters: isSource ? filtersOf(fields[7]) : new Map(),
    capabilities: texts(fields[isSource ? 10 : 6]),
  }
}

/** A source that tells which filters are in force. */
export function sourceWith(address: string, filters: ReadonlyMap<string, AmqpValue>): Encoded {
  // Without the descriptors that the standard asks for: clients of Azure look for the plain values.
  const described = new Map<AmqpValue, AmqpValue>()
  for (const [name, value] of filters) {
    described.set(symbol(name), value)
  }
  const writer = new AmqpWriter()
  const unused = [null, null, null, null, null, null]
  writer.composite(0x28, [address, ...unused, described])
  return new Encoded(writer.take())
}

const nowhere = { address: undefined, dynamic: false, filters: new Map<string, AmqpValue>() }

function filtersOf(value: AmqpValue | undefined): ReadonlyMap<string, AmqpValue> {
  const filters = new Map<string, AmqpValue>()
  if (!isMap(value)) return filters
  for (const [name, filter] of value) {
    if (typeof name === 'string')
      filters.set(name, filter instanceof Described ? filter.value : filter)
  }
  return filters
}

function texts(value: AmqpValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  return isList(value) ? value.filter((text) => typeof text === 'string') : []
}
