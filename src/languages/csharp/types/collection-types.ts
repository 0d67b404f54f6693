import { defaultComparer, hashCode } from '../../dotnet/comparison.ts'
import { Dictionary } from '../../dotnet/dictionary.ts'
import { systemException } from '../../dotnet/exceptions.ts'
import { HashSet } from '../../dotnet/hash-set.ts'
import { KeyValuePair } from '../../dotnet/key-value-pair.ts'
import { List } from '../../dotnet/list.ts'
import { Queue, Stack } from '../../dotnet/queue.ts'
import { enumerate } from '../../dotnet/sequence.ts'
import { DotnetArray } from '../../dotnet/value.ts'
import { lengthOf, setElement, elementAt } from '../arrays.ts'
import { declareType, type TypeDeclaration } from '../type-model.ts'
import { arrayMembers } from './array-types.ts'
import { argumentName, comparerOf } from './comparers.ts'
import { callback, instance, int } from './guards.ts'
import { listMembers } from './list-types.ts'

/** The number of elements of any collection. */
export function countOf(value: unknown): number {
  if (typeof value === 'object' && value !== null) {
    if (value instanceof DotnetArray || value instanceof Uint8Array) return lengthOf(value)
    if ('count' in value && typeof value.count === 'number') return value.count
    if ('size' in value && typeof value.size === 'number') return value.size
  }
  let count = 0
  for (const _ of enumerate(value)) count += 1
  return count
}

/** Collections and their interfaces. */
export const collectionTypes: readonly TypeDeclaration[] = [
  declareType('hidden interface System.Collections.IEnumerable'),
  declareType('hidden interface System.Collections.ICollection : System.Collections.IEnumerable'),
  declareType(
    'interface System.Collections.Generic.IEnumerable<T> : System.Collections.IEnumerable',
    {
      'IEnumerator<T> GetEnumerator()': (self, call) => new Enumerator(self, argumentName(call)),
    },
  ),
  declareType('interface System.Collections.Generic.IEnumerator<T> : System.IDisposable', {
    'T Current': (self) => instance(self, Enumerator).current,
    'bool MoveNext()': (self) => instance(self, Enumerator).moveNext(),
  }),
  declareType('interface System.Collections.Generic.IReadOnlyCollection<T> : IEnumerable<T>', {
    'int Count': (self) => countOf(self),
  }),
  declareType(
    'hidden interface System.Collections.Generic.IReadOnlyList<T> : IReadOnlyCollection<T>',
  ),
  declareType('interface System.Collections.Generic.ICollection<T> : IEnumerable<T>', {
    'int Count': (self) => countOf(self),
    'bool IsReadOnly': (self) => self instanceof DotnetArray,
    'void Add(T item)': (self, item) => addItem(self, item),
    'void Clear()': (self) => (isClearable(self) ? self.clear() : notSupported()),
    'bool Contains(T item)': (self, item) => containsItem(self, item),
    'void CopyTo(T[] array, int arrayIndex)': (self, target, at) => copyTo(self, target, int(at)),
    'bool Remove(T item)': (self, item) =>
      self instanceof List || self instanceof HashSet ? self.remove(item) : notSupported(),
  }),
  declareType('interface System.Collections.Generic.IList<T> : ICollection<T>', {
    'T this[int index]': (self, index) => itemAt(self, int(index)),
    'set T this[int index]': (self, index, value) =>
      self instanceof List ? self.set(int(index), value) : setElement(self, int(index), value),
    'int IndexOf(T item)': (self, item) =>
      self instanceof List
        ? self.indexOf(item)
        : [...enumerate(self)].findIndex((one) => defaultComparer.equals(one, item)),
    'void Insert(int index, T item)': (self, index, item) =>
      instance(self, List).insert(int(index), item),
    'void RemoveAt(int index)': (self, index) => instance(self, List).removeAt(int(index)),
  }),
  declareType('interface System.Collections.Generic.ISet<T> : ICollection<T>', {
    'bool Add(T item)': (self, item) => instance(self, HashSet).add(item),
    ...setMembers(),
  }),
  declareType('hidden interface System.Collections.Generic.IEqualityComparer<T>', {
    'bool Equals(T x, T y)': (self, left, right) => comparerOf(self).equals(left, right),
    'int GetHashCode(T obj)': (self, value) => hashCode(comparerOf(self).keyOf(value)),
  }),
  declareType('hidden interface System.Collections.Generic.IComparer<T>', {
    'int Compare(T x, T y)': (self, left, right) => comparerOf(self).compare(left, right),
  }),
  declareType('struct System.Collections.Generic.KeyValuePair<TKey,TValue>', {
    'new(TKey key, TValue value)': (key, value, call) =>
      new KeyValuePair(key, value, [argumentName(call, 0), argumentName(call, 1)]),
    'TKey Key': (self) => instance(self, KeyValuePair).key,
    'TValue Value': (self) => instance(self, KeyValuePair).value,
    default: () => new KeyValuePair(null, null),
  }),
  declareType(
    'class System.Collections.Generic.List<T> : IList<T>, IReadOnlyList<T>',
    listMembers(),
  ),
  declareType('class System.Collections.Generic.HashSet<T> : ISet<T>, IReadOnlyCollection<T>', {
    'new()': (call) => new HashSet(argumentName(call)),
    'new(IEqualityComparer<T> comparer)': (comparer, call) =>
      new HashSet(argumentName(call), [], comparerOf(comparer)),
    'new(IEnumerable<T> collection)': (source, call) => new HashSet(argumentName(call), source),
    'new(IEnumerable<T> collection, IEqualityComparer<T> comparer)': (source, comparer, call) =>
      new HashSet(argumentName(call), source, comparerOf(comparer)),
    'int Count': (self) => instance(self, HashSet).count,
    'bool Add(T item)': (self, item) => instance(self, HashSet).add(item),
    'bool Remove(T item)': (self, item) => instance(self, HashSet).remove(item),
    'bool Contains(T item)': (self, item) => instance(self, HashSet).contains(item),
    'void Clear()': (self) => instance(self, HashSet).clear(),
    'int RemoveWhere(Predicate<T> match)': (self, match) =>
      instance(self, HashSet).removeWhere(callback(match)),
    'IEqualityComparer<T> Comparer': (self) => instance(self, HashSet).comparer,
    'void TrimExcess()': () => null,
    'void CopyTo(T[] array)': (self, target) => copyTo(self, target, 0),
    'void CopyTo(T[] array, int arrayIndex)': (self, target, at) => copyTo(self, target, int(at)),
    ...setMembers(),
  }),
  declareType('class System.Collections.Generic.Queue<T> : IReadOnlyCollection<T>', {
    'new()': (call) => new Queue(argumentName(call)),
    'new(IEnumerable<T> collection)': (source, call) => new Queue(argumentName(call), source),
    'int Count': (self) => instance(self, Queue).count,
    'void Enqueue(T item)': (self, item) => instance(self, Queue).enqueue(item),
    'T Dequeue()': (self) => instance(self, Queue).dequeue(),
    'T Peek()': (self) => instance(self, Queue).peek(),
    'bool Contains(T item)': (self, item) => instance(self, Queue).contains(item),
    'void Clear()': (self) => instance(self, Queue).clear(),
    'T[] ToArray()': (self) => instance(self, Queue).toArray(),
    'new(int capacity)': (_, call) => new Queue(argumentName(call)),
    'void CopyTo(T[] array, int arrayIndex)': (self, target, at) => copyTo(self, target, int(at)),
    'void TrimExcess()': () => null,
  }),
  declareType('class System.Collections.Generic.Stack<T> : IReadOnlyCollection<T>', {
    'new()': (call) => new Stack(argumentName(call)),
    'new(IEnumerable<T> collection)': (source, call) => new Stack(argumentName(call), source),
    'int Count': (self) => instance(self, Stack).count,
    'void Push(T item)': (self, item) => instance(self, Stack).push(item),
    'T Pop()': (self) => instance(self, Stack).pop(),
    'T Peek()': (self) => instance(self, Stack).peek(),
    'bool Contains(T item)': (self, item) => instance(self, Stack).contains(item),
    'void Clear()': (self) => instance(self, Stack).clear(),
    'T[] ToArray()': (self) => instance(self, Stack).toArray(),
    'new(int capacity)': (_, call) => new Stack(argumentName(call)),
    'void CopyTo(T[] array, int arrayIndex)': (self, target, at) => copyTo(self, target, int(at)),
    'void TrimExcess()': () => null,
  }),
  declareType('class System.Array : System.Collections.ICollection', arrayMembers()),
]

class Enumerator {
  readonly typeName: string
  current: unknown = null
  readonly #iterator: Iterator<unknown>

  constructor(source: unknown, elementType: string) {
    this.typeName = `System.Collections.Generic.IEnumerator<${elementType}>`
    this.#iterator = enumerate(source)[Symbol.iterator]()
  }

  moveNext(): boolean {
    const next = this.#iterator.next()
    this.current = next.done === true ? null : next.value
    return next.done !== true
  }

  dispose(): void {
    this.#iterator.return?.()
  }
}

function notSupported(): never {
  throw systemException('NotSupportedException', 'Collection was of a fixed size.')
}

function isClearable(value: unknown): value is { clear(): void } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'clear' in value &&
    typeof value.clear === 'function'
  )
}

function addItem(self: unknown, item: unknown): null {
  if (self instanceof Dictionary && item instanceof KeyValuePair) self.add(item.key, item.value)
  else if (self instanceof List || self instanceof HashSet) self.add(item)
  else notSupported()
  return null
}

function copyTo(self: unknown, target: unknown, at: number): null {
  let position = at
  for (const item of enumerate(self)) {
    setElement(target, position, item)
    position += 1
  }
  return null
}

function itemAt(self: unknown, index: number): unknown {
  return self instanceof List ? self.get(index) : elementAt(self, index)
}

function containsItem(self: unknown, item: unknown): boolean {
  for (const one of enumerate(self)) if (defaultComparer.equals(one, item)) return true
  return false
}

function setMembers(): TypeDeclaration['members'] {
  return {
    'void UnionWith(IEnumerable<T> other)': (self, other) =>
      instance(self, HashSet).unionWith(other),
    'void IntersectWith(IEnumerable<T> other)': (self, other) =>
      instance(self, HashSet).intersectWith(other),
    'void ExceptWith(IEnumerable<T> other)': (self, other) =>
      instance(self, HashSet).exceptWith(other),
    'void SymmetricExceptWith(IEnumerable<T> other)': (self, other) =>
      instance(self, HashSet).symmetricExceptWith(other),
    'bool SetEquals(IEnumerable<T> other)': (self, other) =>
      instance(self, HashSet).setEquals(other),
    'bool IsSubsetOf(IEnumerable<T> other)': (self, other) =>
      instance(self, HashSet).isSubsetOf(other),
    'bool IsProperSubsetOf(IEnumerable<T> other)': (self, other) =>
      instance(self, HashSet).isProperSubsetOf(other),
    'bool IsSupersetOf(IEnumerable<T> other)': (self, other) =>
      instance(self, HashSet).isSupersetOf(other),
    'bool IsProperSupersetOf(IEnumerable<T> other)': (self, other) =>
      instance(self, HashSet).isProperSupersetOf(other),
    'bool Overlaps(IEnumerable<T> other)': (self, other) => instance(self, HashSet).overlaps(other),
  }
}
