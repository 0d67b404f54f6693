import type { JsonObject } from '../../base/json.ts'
import { invalidRequest } from './errors.ts'
import { textAt, toEventGridSchema } from './event.ts'
import type { GridEvent } from './event.ts'
import { deliveryAttributeBytesMax, deliveryAttributeCountMax } from './limits.ts'
import type { PropertyReader } from './property-reader.ts'

/** A header that goes out with each event: https://learn.microsoft.com/azure/event-grid/delivery-properties */
export type DeliveryAttribute =
  | { readonly name: string; readonly value: string; readonly isSecret: boolean }
  | { readonly name: string; readonly sourceField: string }

/** Headers that are the connection's, or Event Grid's own. */
const ownHeaders =
  /^(?:aeg-.*|host|content-length|content-type|transfer-encoding|connection|traceparent|tracestate|webhook-.*|ce-.*)$/i

/** Reads the property `deliveryAttributeMappings` of a destination. */
export function readDeliveryAttributes(reader: PropertyReader): readonly DeliveryAttribute[] {
  const readers = reader.sections('deliveryAttributeMappings')
  if (readers.length > deliveryAttributeCountMax) {
    throw invalidRequest(
      `'${reader.label('deliveryAttributeMappings')}' may hold at most ${deliveryAttributeCountMax} headers.`,
    )
  }
  return readers.map(readAttribute)
}

/** The headers of a delivery; a dynamic one whose event has no such value is left out. */
export function attributeHeaders(
  attributes: readonly DeliveryAttribute[],
  event: GridEvent,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const attribute of attributes) {
    const value =
      'value' in attribute ? attribute.value : dynamicValue(event, attribute.sourceField)
    if (value !== undefined) headers[attribute.name] = value
  }
  return headers
}

/** As the template declared them, secrets left out: a read must not tell them. */
export function withoutSecrets(mappings: readonly JsonObject[]): JsonObject[] {
  return mappings.map((mapping) => {
    const { properties } = mapping
    const isObject =
      typeof properties === 'object' && properties !== null && !Array.isArray(properties)
    if (!isObject || properties['isSecret'] !== true) return mapping
    return { ...mapping, properties: { ...properties, value: null } }
  })
}

function readAttribute(reader: PropertyReader): DeliveryAttribute {
  const name = reader.required('name')
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || ownHeaders.test(name)) {
    throw invalidRequest(
      `The value '${name}' of '${reader.label('name')}' is not a header that can be set.`,
    )
  }
  const type = reader.oneOf('type', ['Static', 'Dynamic'])
  const properties = reader.section('properties')
  const attribute: DeliveryAttribute =
    type === 'Dynamic'
      ? { name, sourceField: properties.required('sourceField') }
      : readStatic(name, properties)
  properties.end()
  reader.end()
  return attribute
}

function readStatic(name: string, properties: PropertyReader): DeliveryAttribute {
  const value = properties.text('value') ?? ''
  if (!isHeaderValue(value)) {
    throw invalidRequest(
      `The value of '${properties.label('value')}' cannot be the value of a header.`,
    )
  }
  return { name, value, isSecret: properties.boolean('isSecret', false) }
}

// What no header can hold is left out, as Azure leaves it out.
function dynamicValue(event: GridEvent, sourceField: string): string | undefined {
  const text = textAt(toEventGridSchema(event), sourceField.replace(/^\$\./, ''))
  return text !== undefined && isHeaderValue(text) ? text : undefined
}

function isHeaderValue(text: string): boolean {
  return (
    /^[\t\x20-\x7e\x80-\xff]*$/.test(text) && Buffer.byteLength(text) <= deliveryAttributeBytesMax
  )
}
