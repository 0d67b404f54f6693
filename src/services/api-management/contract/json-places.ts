import { escapePointer } from './json-pointer.ts'

/** Where the parts of one value end, as lines and positions count them: from 1, and behind the last character read. */
export interface JsonPlace {
  /** Behind the value, or behind the bracket that opens it. */
  readonly start: number
  readonly end: number
  /** Behind the colon of the member that the value is of. */
  readonly name: number | undefined
}

/** Finds the values of a JSON text by their pointers: `/lines/0/sku`. The text must be JSON. */
export function placesIn(text: string): ReadonlyMap<string, JsonPlace> {
  const places = new Map<string, JsonPlace>()
  const open: OpenValue[] = []
  let pointer = ''
  let name: number | undefined
  // Every token of JSON, so that nothing has to be looked at twice.
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    const end = index + token.length
    const top = open.at(-1)
    if (token === ',') {
      if (top) top.count += 1
      name = undefined
    } else if (token === ':') {
      name = end
    } else if (token === '}' || token === ']') {
      const closed = open.pop()
      if (closed) places.set(closed.pointer, { start: closed.start, end, name: closed.name })
    } else if (top?.isObject && name === undefined) {
      pointer = `${top.pointer}/${escapePointer(String(JSON.parse(token)))}`
    } else {
      if (top && !top.isObject) pointer = `${top.pointer}/${top.count}`
      if (token === '{' || token === '[') {
        open.push({ pointer, start: end, name, count: 0, isObject: token === '{' })
      } else places.set(pointer, { start: end, end, name })
      name = undefined
    }
  }
  return places
}

interface OpenValue {
  readonly pointer: string
  readonly start: number
  readonly name: number | undefined
  readonly isObject: boolean
  count: number
}

/** Line and position of an offset, as readers of .NET tell them. */
export function lineAndPosition(
  text: string,
  offset: number,
): { readonly line: number; readonly position: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, position: before.at(-1)?.length ?? 0 }
}
