import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  arrayGet,
  arraySet,
  copyArray,
  defaultOf,
  findAllInArray,
  Grid,
  newArrayOf,
  reverseArray,
  sortArray,
} from './array.ts'
import { stringComparer } from './comparison.ts'
import { Dictionary } from './dictionary.ts'
import { DotnetException } from './exceptions.ts'
import { displayText } from './format.ts'
import { HashSet } from './hash-set.ts'
import { List } from './list.ts'
import * as linq from './linq.ts'
import { average, extreme, sum } from './linq-numbers.ts'
import { groupBy, Grouping, joinSequences, orderBy, toDictionary, toLookup } from './linq-groups.ts'
import { Queue, Stack } from './queue.ts'
import { DotnetArray } from './value.ts'

function throws(run: () => unknown, typeName: string): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof DotnetException, String(error))
    assert.equal(error.typeName, typeName)
    return true
  })
}

function ints(...items: number[]): DotnetArray {
  return new DotnetArray('System.Int32', items)
}

const isEven = (value: unknown): boolean => typeof value === 'number' && value % 2 === 0
const lengthOf = (value: unknown): number => displayText(value).length

test('an array has bounds', () => {
  const bytes = newArrayOf('System.Byte', 2, null)
  throws(() => arrayGet(bytes, 2), 'System.IndexOutOfRangeException')
  throws(() => arrayGet(ints(1, 2), -1), 'System.IndexOutOfRangeException')
  throws(() => arraySet(bytes, 0, 5), 'System.InvalidCastException')
  assert.equal(arrayGet(newArrayOf('System.Int32', 3, defaultOf('System.Int32')), 2), 0)
  throws(() => newArrayOf('System.Int32', -1, 0), 'System.OverflowException')
  const target = new Uint8Array(6)
  copyArray([Uint8Array.of(1, 2, 3, 4), 1], [target, 2], 3)
  assert.deepEqual([...target], [0, 0, 2, 3, 4, 0])
  const sorted = ints(3, 1, 2)
  sortArray(sorted)
  assert.deepEqual(sorted.items, [1, 2, 3])
  reverseArray(sorted)
  assert.deepEqual(sorted.items, [3, 2, 1])
  assert.deepEqual([...findAllInArray(ints(1, 8, 12), isEven)], [8, 12])
  const grid = new Grid('System.Int32', [2, 3], 0)
  grid.set([1, 2], 7)
  assert.equal(grid.get([1, 2]), 7)
  assert.equal(grid.length, 6)
  throws(() => grid.get([2, 0]), 'System.IndexOutOfRangeException')
})

test('a list changes in place, but not while it is enumerated', () => {
  const list = new List('System.String', ['b', 'a'])
  list.insert(1, 'z')
  assert.ok(list.remove('b'))
  list.add('c')
  list.removeAt(0)
  assert.deepEqual(list.items, ['a', 'c'])
  assert.equal(list.typeName, 'System.Collections.Generic.List<System.String>')
  throws(() => list.get(2), 'System.ArgumentOutOfRangeException')
  throws(() => {
    for (const item of list) list.add(item)
  }, 'System.InvalidOperationException')
})

test('a dictionary finds keys by value and refuses null and repeats', () => {
  const dictionary = new Dictionary(
    'System.String',
    'System.Int32',
    stringComparer('OrdinalIgnoreCase'),
  )
  dictionary.add('A', 1)
  assert.equal(dictionary.get('a'), 1)
  throws(() => dictionary.add('a', 2), 'System.ArgumentException')
  throws(() => dictionary.get('b'), 'System.Collections.Generic.KeyNotFoundException')
  throws(() => dictionary.set(null, 1), 'System.ArgumentNullException')
  assert.equal(dictionary.tryGet('b'), undefined)
  assert.deepEqual(Array.from(dictionary, displayText), ['[A, 1]'])
})

test('sets compare as sets', () => {
  const set = new HashSet('System.Int32', [1, 2])
  assert.ok(set.setEquals(ints(2, 1, 1)))
  assert.ok(!set.add(1))
  set.symmetricExceptWith(ints(2, 3))
  assert.deepEqual([...set], [1, 3])
  assert.ok(set.isSubsetOf(ints(1, 2, 3)) && set.overlaps(ints(3)))
})

test('queues and stacks give back in their order', () => {
  const queue = new Queue('System.Int32', ints(1, 2))
  queue.enqueue(3)
  assert.equal(queue.dequeue(), 1)
  const stack = new Stack('System.Int32')
  stack.push(1)
  stack.push(2)
  assert.deepEqual([...stack], [2, 1])
  assert.equal(stack.pop(), 2)
  throws(() => new Queue().dequeue(), 'System.InvalidOperationException')
})

test('queries are lazy and keep their order', () => {
  const calls: unknown[] = []
  const query = linq.where(ints(1, 2, 3, 4), (value) => {
    calls.push(value)
    return isEven(value)
  })
  assert.deepEqual(calls, [])
  assert.deepEqual([...linq.take(query, 1)], [2])
  assert.deepEqual(calls, [1, 2])
  assert.deepEqual([...linq.skipWhile(ints(1, 2, 3, 1), (value) => value !== 3)], [3, 1])
  assert.deepEqual(
    [...linq.zip(ints(1, 2), ['a', 'b', 'c'], (n, s) => displayText(n) + displayText(s))],
    ['1a', '2b'],
  )
  assert.deepEqual([...linq.intersect(ints(1, 2, 3, 1), ints(3, 1))], [1, 3])
  assert.deepEqual([...linq.except(ints(1, 2, 2, 3), ints(3))], [1, 2])
  assert.deepEqual(
    [...linq.distinct(['a', 'A', 'b'], stringComparer('OrdinalIgnoreCase'))],
    ['a', 'b'],
  )
  assert.deepEqual([...linq.range(3, 4)], [3, 4, 5, 6])
  throws(() => linq.where(null, isEven), 'System.ArgumentNullException')
})

test('single items are picked or missed', () => {
  assert.equal(linq.pick(ints(7, 8), 'last'), 8)
  assert.equal(linq.pickOrDefault(ints(7), 'single', isEven, 0), 0)
  throws(() => linq.pick(ints(), 'first'), 'System.InvalidOperationException')
  throws(() => linq.pick(ints(1, 2), 'single'), 'System.InvalidOperationException')
  throws(() => linq.elementAt(['a'], 2), 'System.ArgumentOutOfRangeException')
  throws(() => linq.aggregate([], (a) => a), 'System.InvalidOperationException')
})

test('orders are stable and have several keys', () => {
  const words = ['pear', 'fig', 'apple', 'kiwi']
  assert.deepEqual(
    [...orderBy(words, { key: lengthOf }).thenBy({ key: (word) => word })],
    ['fig', 'kiwi', 'pear', 'apple'],
  )
  assert.deepEqual(
    [...orderBy(words, { key: lengthOf, descending: true })],
    ['apple', 'pear', 'kiwi', 'fig'],
  )
})

test('groups come in the order of their first items', () => {
  const groups = [...groupBy(['pear', 'fig', 'kiwi'], { key: lengthOf })]
  const shown = groups.map((group) =>
    group instanceof Grouping ? [group.key, ...group.items] : [],
  )
  assert.deepEqual(shown, [
    [4, 'pear', 'kiwi'],
    [3, 'fig'],
  ])
  assert.deepEqual([...toLookup(['a', 'bb'], { key: lengthOf }).get(9)], [])
  const joined = joinSequences(ints(1, 2, 3), {
    inner: ['1x', '3y'],
    outerKey: displayText,
    innerKey: (text) => displayText(text).slice(0, 1),
    result: (n, s) => `${displayText(n)}:${displayText(s)}`,
  })
  assert.deepEqual([...joined], ['1:1x', '3:3y'])
  throws(() => toDictionary(['a', 'b'], { key: lengthOf }), 'System.ArgumentException')
})

test('sums have the type of what is summed', () => {
  assert.equal(sum(ints(1, 2), 'Int32'), 3)
  throws(() => sum(ints(2_147_483_647, 1), 'Int32'), 'System.OverflowException')
  assert.equal(displayText(average(ints(70, 95, 82, 95), 'Int32')), '85.5')
  throws(() => average(ints(), 'Int32'), 'System.InvalidOperationException')
  assert.equal(extreme(ints(3, 8), 'max'), 8)
  throws(() => extreme(ints(), 'max'), 'System.InvalidOperationException')
  assert.equal(extreme([], 'min', undefined, { nullable: true }), null)
})
