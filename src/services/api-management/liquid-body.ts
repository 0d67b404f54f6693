import { SourceError } from '../../base/errors.ts'
import { tryParseJson, type JsonObject, type JsonValue } from '../../base/json.ts'
import { decodeXml } from '../../languages/xml/decode-xml.ts'
import { parseXml } from '../../languages/xml/parse-xml.ts'
import type { XmlNode } from '../../languages/xml/xml-tree.ts'
import type { GatewayCall } from './gateway/gateway-call.ts'
import { messageOfSection } from './gateway/call-message.ts'

/** What an element with `xsi:nil` is to a template. */
export type NilElement = 'blank' | 'null'

/**
 * The body as templates see it; anything but JSON and XML, by its type, is empty.
 * https://learn.microsoft.com/azure/api-management/set-body-policy#using-liquid-templates-with-set-body
 */
export function liquidBodyOf(call: GatewayCall, nil: NilElement): JsonValue {
  const { headers, body } = messageOfSection(call)
  const type = headers.text('content-type') ?? ''
  if (!body.bytes) return {}
  if (/\bxml\b/i.test(type)) return hashOf(body.bytes, nil)
  if (!/\bjson\b/i.test(type)) return {}
  return tryParseJson(Buffer.from(body.bytes).toString('utf8')) ?? {}
}

function hashOf(bytes: Uint8Array, nil: NilElement): JsonValue {
  try {
    return childrenOf(parseXml(decodeXml(bytes)), nil)
  } catch (error) {
    if (error instanceof SourceError) return {}
    throw error
  }
}

const instances = 'http://www.w3.org/2001/XMLSchema-instance'

// An element of texts is its text; others are their elements and attributes by name, without prefixes.
function valueOf(element: XmlNode, nil: NilElement): JsonValue {
  const isNil = element.attributes.some(
    ({ name, value }) => name.uri === instances && name.local === 'nil' && value === 'true',
  )
  if (isNil) return nil === 'null' ? null : ''
  const hasElements = element.children.some(({ kind }) => kind === 'element')
  if (!hasElements) return element.children.map(({ value }) => value).join('')
  return childrenOf(element, nil)
}

function childrenOf(parent: XmlNode, nil: NilElement): JsonObject {
  const found = new Map<string, JsonValue[]>()
  for (const { name, value } of parent.attributes) add(found, name.local, value)
  for (const child of parent.children) {
    if (child.kind === 'element') add(found, child.name.local, valueOf(child, nil))
  }
  const pairs = [...found].flatMap(([name, values]) => {
    const [first = null] = values
    const value = values.length === 1 ? first : values
    // Templates write `body.envelope.body` for `soap:Envelope` and `soap:Body`.
    return [name.toLowerCase(), lowerFirst(name), name].map((each): [string, JsonValue] => [
      each,
      value,
    ])
  })
  return Object.fromEntries(pairs)
}

function add(found: Map<string, JsonValue[]>, name: string, value: JsonValue): void {
  const values = found.get(name)
  if (values) values.push(value)
  else found.set(name, [value])
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
