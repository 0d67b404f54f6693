import * as arrays from '../../dotnet/array.ts'
import { List } from '../../dotnet/list.ts'
import { DotnetArray } from '../../dotnet/value.ts'
import type { TypeDeclaration } from '../type-model.ts'
import { argumentName, argumentType, isComparer, order } from './comparers.ts'
import { defaultOf } from './defaults.ts'
import { callback, callOf, instance, int } from './guards.ts'

/** The members of List. */
export function listMembers(): TypeDeclaration['members'] {
  return { ...changing(), ...searching(), ...arranging() }
}

function list(value: unknown): List {
  return instance(value, List)
}

function changing(): TypeDeclaration['members'] {
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
  }
}

function searching(): TypeDeclaration['members'] {
  return {
    'bool Contains(T item)': (self, item) => list(self).contains(item),
    'int IndexOf(T item)': (self, item) => list(self).indexOf(item),
    'int IndexOf(T item, int index)': (self, item, start) => list(self).indexOf(item, int(start)),
    'int IndexOf(T item, int index, int count)': (self, item, start, count) =>
      arrays.indexOfItem(itemsOf(self), item, { start: int(start), count: int(count) }),
    'int LastIndexOf(T item, int index)': (self, item, start) =>
      arrays.lastIndexOfItem(itemsOf(self), item, { start: int(start) }),
    'int LastIndexOf(T item, int index, int count)': (self, item, start, count) =>
      arrays.lastIndexOfItem(itemsOf(self), item, { start: int(start), count: int(count) }),
    'int LastIndexOf(T item)': (self, item) => list(self).lastIndexOf(item),
    'T Find(Predicate<T> match)': (self, match, call) =>
      found(list(self).find(callback(match)), call),
    'T FindLast(Predicate<T> match)': (self, match, call) =>
      found(list(self).findLast(callback(match)), call),
    'int FindIndex(Predicate<T> match)': (self, match) => list(self).findIndex(callback(match)),
    'int FindLastIndex(Predicate<T> match)': (self, match) =>
      list(self).findLastIndex(callback(match)),
    'int FindIndex(int startIndex, Predicate<T> match)': (self, start, match) =>
      arrays.findIndexInArray(itemsOf(self), callback(match), { start: int(start) }),
    'int FindIndex(int startIndex, int count, Predicate<T> match)': (self, start, count, match) =>
      arrays.findIndexInArray(itemsOf(self), callback(match), {
        start: int(start),
        count: int(count),
      }),
    'int FindLastIndex(int startIndex, Predicate<T> match)': (self, start, match) =>
      arrays.findLastIndexInArray(itemsOf(self), callback(match), { start: int(start) }),
    'int FindLastIndex(int startIndex, int count, Predicate<T> match)': (
      self,
      start,
      count,
      match,
    ) =>
      arrays.findLastIndexInArray(itemsOf(self), callback(match), {
        start: int(start),
        count: int(count),
      }),
    'List<T> FindAll(Predicate<T> match)': (self, match) => list(self).findAll(callback(match)),
    'bool Exists(Predicate<T> match)': (self, match) => list(self).exists(callback(match)),
    'bool TrueForAll(Predicate<T> match)': (self, match) => list(self).trueForAll(callback(match)),
  }
}

function arranging(): TypeDeclaration['members'] {
  return {
    'void ForEach(Action<T> action)': (self, action) => list(self).forEach(callback(action)),
    'List<TOutput> ConvertAll<TOutput>(Converter<T,TOutput> converter)': (self, convert, call) =>
      list(self).convertAll(callOf(call).types[0]?.name ?? 'System.Object', callback(convert)),
    'List<T> GetRange(int index, int count)': (self, index, count) =>
      list(self).getRange(int(index), int(count)),
    'void Reverse()': (self) => list(self).reverse(),
    'void Reverse(int index, int count)': (self, index, count) =>
      list(self).reverse(int(index), int(count)),
    'void Sort()': (self) => list(self).sort(),
    'void Sort(Comparison<T> comparison)': (self, compare) => list(self).sort(order(compare)),
    'void Sort(IComparer<T> comparer)': (self, comparer) =>
      list(self).sort(isComparer(comparer) ? comparer : null),
    'int BinarySearch(T item)': (self, item) => list(self).binarySearch(item),
    'int BinarySearch(T item, IComparer<T> comparer)': (self, item, comparer) =>
      list(self).binarySearch(item, isComparer(comparer) ? comparer : null),
    'T[] ToArray()': (self) => list(self).toArray(),
    'void CopyTo(T[] array)': (self, target) => list(self).copyTo(instance(target, DotnetArray)),
    'void CopyTo(T[] array, int arrayIndex)': (self, target, index) =>
      list(self).copyTo(instance(target, DotnetArray), int(index)),
    'void CopyTo(int index, T[] array, int arrayIndex, int count)': (
      self,
      index,
      ...[target, at, count]
    ) => list(self).getRange(int(index), int(count)).copyTo(instance(target, DotnetArray), int(at)),
    'set int Capacity': () => undefined,
    'void TrimExcess()': () => null,
  }
}

function found(value: unknown, call: unknown): unknown {
  return value ?? defaultOf(argumentType(call))
}

function itemsOf(self: unknown): DotnetArray {
  return new DotnetArray('System.Object', [...instance(self, List).items])
}
