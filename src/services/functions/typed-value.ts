import type { HttpHead, PartReference } from './worker-protocol.ts'

/** A value as it travels between a trigger or binding and the worker: bytes or text, never parsed on the way. */
export type TypedValue =
  | { readonly kind: 'json'; readonly text: string }
  /** Text that the library parses when it is JSON. */
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A batch of which each element is text as in `string`. */
  | { readonly kind: 'strings'; readonly texts: readonly string[] }
  | { readonly kind: 'byteArrays'; readonly bytes: readonly Uint8Array[] }
  | { readonly kind: 'http'; readonly http: HttpHead; readonly body: Uint8Array }

/** Adds the value to the parts of a frame and says where it stands. */
export function writeValue(
  name: string,
  value: TypedValue,
  parts: (string | Uint8Array)[],
): PartReference {
  const at = parts.length
  switch (value.kind) {
    case 'json':
    case 'string':
      parts.push(value.text)
      return { name, kind: value.kind, at }
    case 'bytes':
      parts.push(value.bytes)
      return { name, kind: 'bytes', at }
    case 'strings':
      parts.push(...value.texts)
      return { name, kind: 'strings', at, count: value.texts.length }
    case 'byteArrays':
      parts.push(...value.bytes)
      return { name, kind: 'byteArrays', at, count: value.bytes.length }
    case 'http':
      parts.push(value.body)
      return { name, kind: 'http', at, http: value.http }
  }
}

/** The text of a value, for a trace; bytes are shown as UTF-8. */
export function valueText(value: TypedValue): string {
  switch (value.kind) {
    case 'json':
    case 'string':
      return value.text
    case 'bytes':
      return Buffer.from(value.bytes).toString('utf8')
    case 'strings':
      return `[${value.texts.join(',')}]`
    case 'byteArrays':
      return `[${value.bytes.length} binary messages]`
    case 'http':
      return `${value.http.method} ${value.http.url}\n${Buffer.from(value.body).toString('utf8')}`
  }
}
