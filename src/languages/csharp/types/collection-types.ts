import * as arrays from '../../dotnet/array.ts'
import { defaultComparer, type ValueComparer } from '../../dotnet/comparison.ts'
import { Dictionary } from '../../dotnet/dictionary.ts'
import { systemException } from '../../dotnet/exceptions.ts'
import { HashSet } from '../../dotnet/hash-set.ts'
import { KeyValuePair } from '../../dotnet/key-value-pair.ts'
import { List } from '../../dotnet/list.ts'
import { Queue, Stack } from '../../dotnet/queue.ts'
import { enumerate } from '../../dotnet/sequence.ts'
import { DotnetArray } from '../../dotnet/value.ts'
import { lengthOf, setElement, elementAt } from '../arrays.ts'
import { declareType, type Type, type TypeDeclaration } from '../type-model.ts'
import { defaultOf } from './defaults.ts'
import { callback, callOf, int, instance, reference } from './guards.ts'

/** The type argument at a position of the declaring type, as values carry it. */
export function argumentName(call: unknown, index = 0): string {
  return callOf(call).owner.arguments[index]?.name ?? 'System.Object'
}

function argumentType(call: unknown, index = 0): Type | undefined {
  return callOf(call).owner.arguments[index]
}

/** A comparer of a call, or the default one. */
export function comparerOf(value: unknown): ValueComparer {
  return isComparer(value) ? value : defaultComparer
}

function isComparer(value: unknown): value is ValueComparer {
  return typeof value === 'object' && value !== null && 'keyOf' in value && 'equals' in value
}

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

function order(compare: unknown): (left: unknown, right: unknown) => number {
  const run = callback(compare)
  return (left, right) => int(run(left, right))
}

/** Collections and their interfaces. */
export const collectionTypes: readonly TypeDeclaration[] = [
  declareType('hidden interface System.Collections.IEnumerable'),
  declareType('hidden interface System.Collections.ICollection : System.Collections.IEnumerable', {
    'int Count': (self) => countOf(self),
  }),
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
    {
      'T this[int index]': (self, index) => itemAt(self, int(index)),
    },
  ),
  declareType('interface System.Collections.Generic.ICollection<T> : IEnumerable<T>', {
    'int Count': (self) => countOf(self),
    'bool IsReadOnly': (self) => self instanceof DotnetArray,
    'void Add(T item)': (self, item) => addItem(self, item),
    'void Clear()': (self) => (isClearable(self) ? self.clear() : notSupported()),
    'bool Contains(T item)': (self, item) => containsItem(self, item),
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
  }),
  declareType('hidden interface System.Collections.Generic.IComparer<T>'),
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

function listMembers(): TypeDeclaration['members'] {
  const list = (value: unknown): List => instance(value, List)
  return {
    'new()': (call) => new List(argumentName(call)),
    'new(int capacity)': (_, call) => new List(argumentName(call)),
    'new(IEnumerable<T> collection)': (source, call) => List.from(argumentName(call), source),
    'int Count': (self) => list(self).count,
    'int Capacity': (self) => Math.max(4, list(self).count),
    'T this[int index]': (self, index) => list(self).get(int(index)),
    'set T this[int index]': (self, index, value) => list(self).set(int(index), value),
    'void Add(T item)': (self, item) => list(self).add(item),
    'void AddRange(IEnumerable<T> collection)': (self, source) => list(self).addRange(source),
    'void Insert(int index, T item)': (self, index, item) => list(self).insert(int(index), item),
    'void InsertRange(int index, IEnumerable<T> collection)': (self, index, source) =>
      list(self).insertRange(int(index), source),
    'bool Remove(T item)': (self, item) => list(self).remove(item),
    'void RemoveAt(int index)': (self, index) => list(self).removeAt(int(index)),
    'void RemoveRange(int index, int count)': (self, index, count) =>
      list(self).removeRange(int(index), int(count)),
    'int RemoveAll(Predicate<T> match)': (self, match) => list(self).removeAll(callback(match)),
    'void Clear()': (self) => list(self).clear(),
    'bool Contains(T item)': (self, item) => list(self).contains(item),
    'int IndexOf(T item)': (self, item) => list(self).indexOf(item),
    'int IndexOf(T item, int index)': (self, item, start) => list(self).indexOf(item, int(start)),
    'int LastIndexOf(T item)': (self, item) => list(self).lastIndexOf(item),
    'T Find(Predicate<T> match)': (self, match, call) =>
      found(list(self).find(callback(match)), call),
    'T FindLast(Predicate<T> match)': (self, match, call) =>
      found(list(self).findLast(callback(match)), call),
    'int FindIndex(Predicate<T> match)': (self, match) => list(self).findIndex(callback(match)),
    'int FindLastIndex(Predicate<T> match)': (self, match) =>
      list(self).findLastIndex(callback(match)),
    'List<T> FindAll(Predicate<T> match)': (self, match) => list(self).findAll(callback(match)),
    'bool Exists(Predicate<T> match)': (self, match) => list(self).exists(callback(match)),
    'bool TrueForAll(Predicate<T> match)': (self, match) => list(self).trueForAll(callback(match)),
    'void ForEach(Action<T> action)': (self, action) => list(self).forEach(callback(action)),
    'List<TOutput> ConvertAll<TOutput>(Converter<T,TOutput> converter)': (self, convert, call) =>
      list(self).convertAll(callOf(call).types[0]?.name ?? 'System.Object', callback(convert)),
    'List<T> GetRange(int index, int count)': (self, index, count) =>
      list(self).getRange(int(index), int(count)),
    'void Reverse()': (self) => reverseList(list(self)),
    'void Sort()': (self) => list(self).sort(),
    'void Sort(Comparison<T> comparison)': (self, compare) => list(self).sort(order(compare)),
    'void Sort(IComparer<T> comparer)': (self, comparer) =>
      list(self).sort(isComparer(comparer) ? comparer : null),
    'int BinarySearch(T item)': (self, item) => list(self).binarySearch(item),
    'T[] ToArray()': (self) => list(self).toArray(),
    'void CopyTo(T[] array)': (self, target) => list(self).copyTo(instance(target, DotnetArray)),
    'void TrimExcess()': () => null,
  }
}

function reverseList(list: List): null {
  const items = list.items.toReversed()
  list.clear()
  list.addRange(new DotnetArray('System.Object', items))
  return null
}

function found(value: unknown, call: unknown): unknown {
  return value ?? defaultOf(argumentType(call))
}

function anyArray(value: unknown): arrays.AnyArray | null {
  return value instanceof DotnetArray || value instanceof Uint8Array ? value : null
}

function theArray(value: unknown): arrays.AnyArray {
  const array = anyArray(value)
  if (array) return array
  throw systemException('NullReferenceException')
}

function arrayMembers(): TypeDeclaration['members'] {
  return {
    'int Length': (self) => lengthOf(self),
    'long LongLength': (self) => BigInt(lengthOf(self)),
    'int Rank': (self) => ('lengths' in Object(self) ? 2 : 1),
    'int GetLength(int dimension)': (self, dimension) => gridLength(self, int(dimension)),
    'int GetUpperBound(int dimension)': (self, dimension) => gridLength(self, int(dimension)) - 1,
    'int GetLowerBound(int dimension)': () => 0,
    'object GetValue(int index)': (self, index) => elementAt(self, int(index)),
    'void SetValue(object value, int index)': (self, value, index) =>
      setElement(self, int(index), value),
    'object Clone()': (self) => arrays.cloneArray(theArray(self)),
    'void CopyTo(Array array, int index)': (self, target, index) =>
      copy({ from: self, start: 0, to: target, at: int(index), count: lengthOf(self) }),
    'static void Copy(Array sourceArray, Array destinationArray, int length)': (from, to, length) =>
      copy({ from, start: 0, to, at: 0, count: int(length) }),
    'static void Copy(Array sourceArray, int sourceIndex, Array destinationArray, int destinationIndex, int length)':
      (from, start, ...[to, at, length]) =>
        copy({ from, start: int(start), to, at: int(at), count: int(length) }),
    'static void Resize<T>(ref T[] array, int newSize)': (target, size, call) => {
      const variable = reference(target)
      const empty = defaultOf(callOf(call).types[0])
      const items =
        variable.value === null ? [] : [...enumerate(variable.value)].slice(0, int(size))
      while (items.length < int(size)) items.push(empty)
      variable.value = new List(callOf(call).types[0]?.name, items).toArray()
    },
    'static void Sort<T>(T[] array)': (array) => arrays.sortArray(anyArray(array)),
    'static void Sort<T>(T[] array, Comparison<T> comparison)': (array, compare) =>
      arrays.sortArray(anyArray(array), order(compare)),
    'static void Sort<T>(T[] array, IComparer<T> comparer)': (array, comparer) =>
      arrays.sortArray(anyArray(array), isComparer(comparer) ? comparer : null),
    'static void Reverse(Array array)': (array) => arrays.reverseArray(anyArray(array)),
    'static void Clear(Array array, int index, int length)': (array, index, length) => {
      const target = theArray(array)
      const empty = target instanceof Uint8Array ? 0 : arrays.defaultOf(target.elementType)
      for (let at = int(index); at < int(index) + int(length); at += 1)
        setElement(target, at, empty)
    },
    'static int IndexOf<T>(T[] array, T value)': (array, value) =>
      arrays.indexOfItem(anyArray(array), value),
    'static int LastIndexOf<T>(T[] array, T value)': (array, value) =>
      arrays.lastIndexOfItem(anyArray(array), value),
    'static int BinarySearch<T>(T[] array, T value)': (array, value) =>
      arrays.searchArray(anyArray(array), value),
    'static bool Exists<T>(T[] array, Predicate<T> match)': (array, match) =>
      arrays.existsInArray(anyArray(array), callback(match)),
    'static bool TrueForAll<T>(T[] array, Predicate<T> match)': (array, match) =>
      arrays.trueForAllOfArray(anyArray(array), callback(match)),
    'static T Find<T>(T[] array, Predicate<T> match)': (array, match, call) =>
      arrays.findInArray(anyArray(array), callback(match), defaultOf(callOf(call).types[0])),
    'static T FindLast<T>(T[] array, Predicate<T> match)': (array, match, call) =>
      arrays.findLastInArray(anyArray(array), callback(match), defaultOf(callOf(call).types[0])),
    'static int FindIndex<T>(T[] array, Predicate<T> match)': (array, match) =>
      arrays.findIndexInArray(anyArray(array), callback(match)),
    'static int FindLastIndex<T>(T[] array, Predicate<T> match)': (array, match) =>
      arrays.findLastIndexInArray(anyArray(array), callback(match)),
    'static T[] FindAll<T>(T[] array, Predicate<T> match)': (array, match) =>
      arrays.findAllInArray(anyArray(array), callback(match)),
    'static TOutput[] ConvertAll<TInput,TOutput>(TInput[] array, Converter<TInput,TOutput> converter)':
      (array, convert, call) =>
        new List(
          callOf(call).types[1]?.name,
          [...enumerate(theArray(array))].map((item) => callback(convert)(item)),
        ).toArray(),
    'static void ForEach<T>(T[] array, Action<T> action)': (array, action) => {
      for (const item of enumerate(theArray(array))) callback(action)(item)
    },
  }
}

function gridLength(self: unknown, dimension: number): number {
  if (typeof self === 'object' && self !== null && 'lengths' in self && Array.isArray(self.lengths))
    return Number(self.lengths[dimension])
  return lengthOf(self)
}

function copy(part: {
  from: unknown
  start: number
  to: unknown
  at: number
  count: number
}): null {
  const { from, start, to, at, count } = part
  if (count < 0 || start + count > lengthOf(from) || at + count > lengthOf(to))
    throw systemException('ArgumentException')
  const items = Array.from({ length: count }, (_, index) => elementAt(from, start + index))
  for (const [index, item] of items.entries()) setElement(to, at + index, item)
  return null
}
