import { isJsonObject, parseJson, tryParseJson, type JsonValue } from '../../base/json.ts'
import type { PartKind } from './worker-protocol.ts'

/** One message or document that a function writes to an output binding. */
export type OutputValue =
  /** JSON text, compact. */
  | { readonly kind: 'json'; readonly text: string }
  /** Text that is not a JSON object or array. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly text?: undefined }

/**
 * The values of one output, as the host's collectors see them: an array is one value for each element, text that
 * is a JSON object or array counts as what it says, bytes are one value, and null is none.
 * https://learn.microsoft.com/azure/azure-functions/functions-reference-node#outputs
 */
export function outputValues(kind: PartKind, bytes: Uint8Array): OutputValue[] {
  switch (kind) {
    case 'bytes':
    case 'byteArrays':
      return [{ kind: 'bytes', bytes }]
    case 'json': {
      const text = decode(bytes)
      // An object is one value, and the worker's library wrote it compact: there is nothing to parse.
      return text.startsWith('{') ? [{ kind: 'json', text }] : valuesOf(parseJson(text))
    }
    case 'string':
    case 'strings': {
      const text = decode(bytes)
      const json = parseContainer(text)
      return json === undefined ? [{ kind: 'text', text }] : valuesOf(json)
    }
    case 'int':
    case 'double':
      return [{ kind: 'text', text: decode(bytes) }]
    case 'http':
      return []
  }
}

function valuesOf(json: JsonValue): OutputValue[] {
  const items = Array.isArray(json) ? json : [json]
  return items.flatMap((item) => (item === null ? [] : [valueOf(item)]))
}

function valueOf(item: JsonValue): OutputValue {
  if (typeof item === 'object') return { kind: 'json', text: JSON.stringify(item) }
  const text = String(item)
  // Apps stringify twice to be safe: an element that is itself JSON text is meant as JSON.
  const json = typeof item === 'string' ? parseContainer(item) : undefined
  return json === undefined ? { kind: 'text', text } : { kind: 'json', text: JSON.stringify(json) }
}

/** A JSON object or array, or `undefined` for any other text: `5` and `"a"` stay the text they are. */
function parseContainer(text: string): JsonValue | undefined {
  const looksLikeJson = /^\s*(?:\{[^]*\}|\[[^]*\])\s*$/.test(text)
  const json = looksLikeJson ? tryParseJson(text) : undefined
  return isJsonObject(json) || Array.isArray(json) ? json : undefined
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
