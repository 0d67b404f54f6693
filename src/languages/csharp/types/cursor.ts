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
  const items = listed(source)
  if (items) return new ListCursor(items)
  const iterator = enumerate(source)[Symbol.iterator]()
  return isCursor(iterator) ? iterator : new IteratorCursor(iterator)
}

/** All elements of a walk. */
export function elementsOf(source: unknown): unknown[] {
  const found: unknown[] = []
  for (const cursor = cursorOf(source); cursor.move();) found.push(cursor.current)
  return found
}

/** How many elements fit a condition. */
export function countMatching(source: unknown, test: Implementation): number {
  let count = 0
  const items = listed(source)
  if (!items) {
    for (const cursor = new Filtered(source, test); cursor.move();) count += 1
    return count
  }
  // Each call of the condition is a step, so that there is nothing else to count.
  const { length } = items
  for (let index = 0; index < length; index += 1) {
    if (test(items[index]) === true) count += 1
    if (items.length !== length) throw modified()
  }
  return count
}

function listed(source: unknown): readonly unknown[] | undefined {
  if (source instanceof JArray) return source.children
  return source instanceof DotnetArray ? source.items : undefined
}

function modified(): Error {
  return invalidOperation('Collection was modified; enumeration operation may not execute.')
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
    if (this.#index > 0 && this.#items.length !== this.#length) throw modified()
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
