import * as arrays from '../../dotnet/array.ts'
import { defaultComparer } from '../../dotnet/comparison.ts'
import { systemException } from '../../dotnet/exceptions.ts'
import { List } from '../../dotnet/list.ts'
import { enumerate } from '../../dotnet/sequence.ts'
import { DotnetArray } from '../../dotnet/value.ts'
import { arrayOf, DotnetGrid, elementAt, lengthOf, setElement } from '../arrays.ts'
import type { TypeDeclaration } from '../type-model.ts'
import { isComparer, order } from './comparers.ts'
import { defaultOf } from './defaults.ts'
import { callback, callOf, int, items, reference } from './guards.ts'

function anyArray(value: unknown): arrays.AnyArray | null {
  return value instanceof DotnetArray || value instanceof Uint8Array ? value : null
}

function theArray(value: unknown): arrays.AnyArray {
  const array = anyArray(value)
  if (array) return array
  throw systemException('NullReferenceException')
}

/** The members of Array. */
export function arrayMembers(): TypeDeclaration['members'] {
  return {
    ...measuring(),
    ...copying(),
    ...ordering(),
    ...searching(),
    ...finding(),
  }
}

function measuring(): TypeDeclaration['members'] {
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
    'long GetLongLength(int dimension)': (self, dimension) =>
      BigInt(gridLength(self, int(dimension))),
    'object GetValue(params int[] indices)': (self, indexes) =>
      placeOf(self, items(indexes).map(int)).get(),
    'void SetValue(object value, params int[] indices)': (self, value, indexes) =>
      placeOf(self, items(indexes).map(int)).set(value),
    'bool IsFixedSize': () => true,
    'bool IsReadOnly': () => false,
    'bool IsSynchronized': () => false,
    'object SyncRoot': (self) => self,
    'void Initialize()': () => null,
  }
}

function copying(): TypeDeclaration['members'] {
  return {
    'static T[] Empty<T>()': (call) => arrayOf(callOf(call).types[0]?.name ?? 'System.Object', []),
    'static void ConstrainedCopy(Array sourceArray, int sourceIndex, Array destinationArray, int destinationIndex, int length)':
      (from, start, ...[to, at, length]) =>
        copy({ from, start: int(start), to, at: int(at), count: int(length) }),
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
  }
}

function ordering(): TypeDeclaration['members'] {
  return {
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
    'static void Sort<T>(T[] array, int index, int length)': (array, index, length) =>
      arrays.sortArray(anyArray(array), null, { index: int(index), length: int(length) }),
    'static void Sort<K,V>(K[] keys, V[] items)': (keys, values) =>
      sortPairs(theArray(keys), theArray(values)),
    'static void Reverse(Array array, int index, int length)': (array, index, length) =>
      arrays.reverseArray(anyArray(array), { index: int(index), length: int(length) }),
  }
}

function searching(): TypeDeclaration['members'] {
  return {
    'static int IndexOf<T>(T[] array, T value, int startIndex)': (array, value, start) =>
      arrays.indexOfItem(anyArray(array), value, { start: int(start) }),
    'static int IndexOf<T>(T[] array, T value, int startIndex, int count)': (
      array,
      value,
      start,
      count,
    ) => arrays.indexOfItem(anyArray(array), value, { start: int(start), count: int(count) }),
    'static int LastIndexOf<T>(T[] array, T value, int startIndex)': (array, value, start) =>
      arrays.lastIndexOfItem(anyArray(array), value, { start: int(start) }),
    'static int LastIndexOf<T>(T[] array, T value, int startIndex, int count)': (
      array,
      value,
      start,
      count,
    ) => arrays.lastIndexOfItem(anyArray(array), value, { start: int(start), count: int(count) }),
    'static int BinarySearch<T>(T[] array, T value, IComparer<T> comparer)': (
      array,
      value,
      comparer,
    ) => arrays.searchArray(anyArray(array), value, isComparer(comparer) ? comparer : null),
    'static int IndexOf<T>(T[] array, T value)': (array, value) =>
      arrays.indexOfItem(anyArray(array), value),
    'static int LastIndexOf<T>(T[] array, T value)': (array, value) =>
      arrays.lastIndexOfItem(anyArray(array), value),
    'static int BinarySearch<T>(T[] array, T value)': (array, value) =>
      arrays.searchArray(anyArray(array), value),
  }
}

function finding(): TypeDeclaration['members'] {
  return {
    'static int FindIndex<T>(T[] array, int startIndex, Predicate<T> match)': (
      array,
      start,
      match,
    ) => arrays.findIndexInArray(anyArray(array), callback(match), { start: int(start) }),
    'static int FindIndex<T>(T[] array, int startIndex, int count, Predicate<T> match)': (
      array,
      start,
      ...[count, match]
    ) =>
      arrays.findIndexInArray(anyArray(array), callback(match), {
        start: int(start),
        count: int(count),
      }),
    'static int FindLastIndex<T>(T[] array, int startIndex, Predicate<T> match)': (
      array,
      start,
      match,
    ) => arrays.findLastIndexInArray(anyArray(array), callback(match), { start: int(start) }),
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

function placeOf(
  self: unknown,
  indexes: readonly number[],
): {
  get(): unknown
  set(value: unknown): void
} {
  const [index = 0] = indexes
  if (self instanceof DotnetGrid) {
    const at = self.offset(indexes)
    return { get: () => self.items[at], set: (value) => void (self.items[at] = value) }
  }
  return { get: () => elementAt(self, index), set: (value) => setElement(self, index, value) }
}

function sortPairs(keys: arrays.AnyArray, values: arrays.AnyArray): null {
  const pairs = Array.from({ length: lengthOf(keys) }, (_, at) => ({
    key: elementAt(keys, at),
    value: elementAt(values, at),
  }))
  pairs.sort((left, right) => defaultComparer.compare(left.key, right.key))
  for (const [at, pair] of pairs.entries()) {
    setElement(keys, at, pair.key)
    setElement(values, at, pair.value)
  }
  return null
}
