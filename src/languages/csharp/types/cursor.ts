import { invalidOperation } from '../../dotnet/exceptions.ts'
import { JArray } from '../../dotnet/json-token.ts'
import { enumerate } from '../../dotnet/sequence.ts'
import { DotnetArray } from '../../dotnet/value.ts'
import { countWork } from '../../dotnet/work-limit.ts'
import type { Implementation } from '../type-model.ts'

/** A walk through elements as IEnumerator has it: no object for each of them, as an iterator of JavaScript makes. */
export interface Cursor {
  readonly current: unknown
  move(): boolean
}

/** A walk through anything that can be enumerated. */
export function cursorOf(source: unknown): Cursor {
  if (source instanceof DotnetArray) return new ListCursor(source.items)
  if (source instanceof JArray) return new ListCursor(source.children)
  const iterator = enumerate(source)[Symbol.iterator]()
  return isCursor(iterator) ? iterator : new IteratorCursor(iterator)
}

/** All elements of a walk. */
export function elementsOf(source: unknown): unknown[] {
  const found: unknown[] = []
  for (const cursor = cursorOf(source); cursor.move();) found.push(cursor.current)
  return found
}

function isCursor(iterator: object): iterator is Cursor {
  return 'move' in iterator && 'current' in iterator
}

class ListCursor implements Cursor {
  current: unknown = null
  readonly #items: readonly unknown[]
  readonly #length: number
  #index = 0

  constructor(items: readonly unknown[]) {
    this.#items = items
    this.#length = items.length
  }

  move(): boolean {
    if (this.#index > 0 && this.#items.length !== this.#length)
      throw invalidOperation('Collection was modified; enumeration operation may not execute.')
    if (this.#index >= this.#length) return false
    countWork()
    this.current = this.#items[this.#index]
    this.#index += 1
    return true
  }
}

class IteratorCursor implements Cursor {
  current: unknown = null
  readonly #iterator: Iterator<unknown>

  constructor(iterator: Iterator<unknown>) {
    this.#iterator = iterator
  }

  move(): boolean {
    const turn = this.#iterator.next()
    if (turn.done === true) return false
    this.current = turn.value
    return true
  }
}

/** `Where`: a walk over what fits a condition, and an iterator too. */
export class Filtered implements Cursor, IterableIterator<unknown> {
  current: unknown = null
  readonly #source: Cursor
  readonly #test: Implementation
  #index = 0

  constructor(source: unknown, test: Implementation) {
    this.#source = cursorOf(source)
    this.#test = test
  }

  move(): boolean {
    const source = this.#source
    while (source.move()) {
      this.#index += 1
      this.current = source.current
      if (this.#test(this.current, this.#index - 1) === true) return true
    }
    return false
  }

  next(): IteratorResult<unknown> {
    return turnOf(this)
  }

  [Symbol.iterator](): this {
    return this
  }
}

/** `Select`: a walk over what a function makes of each element. */
export class Mapped implements Cursor, IterableIterator<unknown> {
  current: unknown = null
  readonly #source: Cursor
  readonly #select: Implementation
  #index = 0

  constructor(source: unknown, select: Implementation) {
    this.#source = cursorOf(source)
    this.#select = select
  }

  move(): boolean {
    if (!this.#source.move()) return false
    this.#index += 1
    this.current = this.#select(this.#source.current, this.#index - 1)
    return true
  }

  next(): IteratorResult<unknown> {
    return turnOf(this)
  }

  [Symbol.iterator](): this {
    return this
  }
}

function turnOf(cursor: Cursor): IteratorResult<unknown> {
  return cursor.move() ? { done: false, value: cursor.current } : { done: true, value: undefined }
}
