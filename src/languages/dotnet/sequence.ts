import { argumentNull, invalidCast } from './exceptions.ts'
import { countWork } from './work-limit.ts'
import { byteOf, charOf, type DotnetObject } from './value.ts'

const sequenceName = 'System.Collections.Generic.IEnumerable'

/** A lazy sequence, enumerated anew each time, as an iterator method of .NET gives it. */
export class Sequence implements DotnetObject {
  readonly #start: () => Iterator<unknown>
  readonly #elementType: string

  constructor(start: () => Iterator<unknown>, elementType = 'System.Object') {
    this.#start = start
    this.#elementType = elementType
  }

  get typeName(): string {
    return `${sequenceName}<${this.#elementType}>`
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.#start()
  }
}

/** True for anything that `foreach` can go through, texts and bytes included. */
export function isEnumerable(value: unknown): value is string | Iterable<unknown> {
  if (typeof value === 'string') return true
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

/** The values of a sequence as .NET has them: a text gives its characters, a byte array its Bytes. */
export function enumerate(value: unknown, parameter = 'source'): Iterable<unknown> {
  if (value === null || value === undefined) throw argumentNull(parameter)
  if (typeof value === 'string') return charsOf(value)
  if (value instanceof Uint8Array) return bytesOf(value)
  // What a lazy sequence reads in the end is something that counts.
  if (value instanceof Sequence) return value
  if (isEnumerable(value)) return counted(value)
  throw invalidCast()
}

function* counted(values: Iterable<unknown>): Generator<unknown> {
  for (const value of values) {
    countWork()
    yield value
  }
}

function* charsOf(text: string): Generator<unknown> {
  for (let index = 0; index < text.length; index += 1) {
    countWork()
    yield charOf(text.charCodeAt(index))
  }
}

function* bytesOf(bytes: Uint8Array): Generator<unknown> {
  for (const value of bytes) {
    countWork()
    yield byteOf(value)
  }
}
