import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findAllInArray, reverseArray, sortArray } from './array.ts'
import { stringComparer } from './comparison.ts'
import { Dictionary } from './dictionary.ts'
import { DotnetException } from './exceptions.ts'
import { displayText } from './format.ts'
import { HashSet } from './hash-set.ts'
import { List } from './list.ts'
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

test('an array is sorted, reversed and searched', () => {
  const sorted = ints(3, 1, 2)
  sortArray(sorted)
  assert.deepEqual(sorted.items, [1, 2, 3])
  reverseArray(sorted)
  assert.deepEqual(sorted.items, [3, 2, 1])
  assert.deepEqual([...findAllInArray(ints(1, 8, 12), isEven)], [8, 12])
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
