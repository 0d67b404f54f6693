import { arrayOf, collectionName } from './collection-types.ts'
import { equalValues } from './comparison.ts'
import { invalidOperation } from './exceptions.ts'
import { modified } from './list.ts'
import { enumerate } from './sequence.ts'
import type { DotnetArray, DotnetObject } from './value.ts'

/** System.Collections.Generic.Queue: first in, first out. */
export class Queue implements DotnetObject {
  readonly typeName: string
  readonly elementType: string
  readonly #items: unknown[]
  #version = 0

  constructor(elementType = 'System.Object', source: unknown = []) {
    this.elementType = elementType
    this.typeName = collectionName('Queue', [elementType])
    this.#items = [...enumerate(source, 'collection')]
  }

  get count(): number {
    return this.#items.length
  }

  enqueue(value: unknown): void {
    this.#items.push(value)
    this.#version += 1
  }

  dequeue(): unknown {
    const value = this.peek()
    this.#items.shift()
    this.#version += 1
    return value
  }

  peek(): unknown {
    if (this.#items.length === 0) throw invalidOperation('Queue empty.')
    return this.#items[0]
  }

  contains(value: unknown): boolean {
    return this.#items.some((item) => equalValues(item, value))
  }

  clear(): void {
    this.#items.length = 0
    this.#version += 1
  }

  toArray(): DotnetArray | Uint8Array {
    return arrayOf(this.elementType, this.#items)
  }

  *[Symbol.iterator](): Generator<unknown> {
    const version = this.#version
    for (const item of this.#items) {
      yield item
      if (version !== this.#version) throw modified()
    }
  }
}

/** System.Collections.Generic.Stack: last in, first out; enumerates from the top. */
export class Stack implements DotnetObject {
  readonly typeName: string
  readonly elementType: string
  readonly #items: unknown[]
  #version = 0

  constructor(elementType = 'System.Object', source: unknown = []) {
    this.elementType = elementType
    this.typeName = collectionName('Stack', [elementType])
    this.#items = [...enumerate(source, 'collection')]
  }

  get count(): number {
    return this.#items.length
  }

  push(value: unknown): void {
    this.#items.push(value)
    this.#version += 1
  }

  pop(): unknown {
    const value = this.peek()
    this.#items.pop()
    this.#version += 1
    return value
  }

  peek(): unknown {
    if (this.#items.length === 0) throw invalidOperation('Stack empty.')
    return this.#items.at(-1)
  }

  contains(value: unknown): boolean {
    return this.#items.some((item) => equalValues(item, value))
  }

  clear(): void {
    this.#items.length = 0
    this.#version += 1
  }

  toArray(): DotnetArray | Uint8Array {
    return arrayOf(this.elementType, this.#items.toReversed())
  }

  *[Symbol.iterator](): Generator<unknown> {
    const version = this.#version
    for (const item of this.#items.toReversed()) {
      yield item
      if (version !== this.#version) throw modified()
    }
  }
}
