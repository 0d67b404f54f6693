import { Dictionary } from '../../dotnet/dictionary.ts'
import { DotnetException, systemException } from '../../dotnet/exceptions.ts'
import { KeyValuePair } from '../../dotnet/key-value-pair.ts'
import { Sequence } from '../../dotnet/sequence.ts'
import { declareType, type TypeDeclaration } from '../type-model.ts'
import { argumentName, comparerOf } from './comparers.ts'
import { defaultOf } from './defaults.ts'
import { callOf, instance, reference } from './guards.ts'

/** What a dictionary of the context gives: names with values of .NET. */
export interface NamedValues extends Iterable<KeyValuePair> {
  readonly count: number
  containsKey(key: unknown): boolean
  tryGet(key: unknown): unknown
}

function dictionary(value: unknown): Dictionary {
  return instance(value, Dictionary)
}

/** Anything that is read by key. */
export function lookup(value: unknown): NamedValues | Dictionary {
  if (value instanceof Dictionary) return value
  if (isLookup(value)) return value
  throw systemException('NullReferenceException')
}

function isLookup(value: unknown): value is NamedValues {
  return typeof value === 'object' && value !== null && 'tryGet' in value && 'containsKey' in value
}

function tryGetValue(self: unknown, key: unknown, out: unknown, call: unknown): boolean {
  const source = lookup(self)
  const found = source.containsKey(key)
  reference(out).value = found ? source.tryGet(key) : defaultOf(callOf(call).owner.arguments[1])
  return found
}

function keysOf(self: unknown, call: unknown): Sequence {
  const source = lookup(self)
  return new Sequence(() => mapped(source, (pair) => pair.key), argumentName(call, 0))
}

function valuesOf(self: unknown, call: unknown): Sequence {
  const source = lookup(self)
  return new Sequence(() => mapped(source, (pair) => pair.value), argumentName(call, 1))
}

function* mapped(
  source: Iterable<unknown>,
  select: (pair: KeyValuePair) => unknown,
): Iterator<unknown> {
  for (const pair of source) if (pair instanceof KeyValuePair) yield select(pair)
}

/** The value of a key; KeyNotFoundException when it is missing. */
export function valueOf(self: unknown, key: unknown): unknown {
  const source = lookup(self)
  if (source instanceof Dictionary) return source.get(key)
  if (source.containsKey(key)) return source.tryGet(key)
  throw new DotnetException(
    'System.Collections.Generic.KeyNotFoundException',
    'The given key was not present in the dictionary.',
  )
}

const reading: TypeDeclaration['members'] = {
  'int Count': (self) => lookup(self).count,
  'TValue this[TKey key]': (self, key) => valueOf(self, key),
  'bool ContainsKey(TKey key)': (self, key) => lookup(self).containsKey(key),
  'bool TryGetValue(TKey key, out TValue value)': (self, key, out, call) =>
    tryGetValue(self, key, out, call),
}

const writing: TypeDeclaration['members'] = {
  'set TValue this[TKey key]': (self, key, value) => dictionary(self).set(key, value),
  'void Add(TKey key, TValue value)': (self, key, value) => dictionary(self).add(key, value),
  'bool Remove(TKey key)': (self, key) => dictionary(self).remove(key),
  'ICollection<TKey> Keys': keysOf,
  'ICollection<TValue> Values': valuesOf,
}

/** Dictionaries. */
export const dictionaryTypes: readonly TypeDeclaration[] = [
  declareType(
    'interface System.Collections.Generic.IReadOnlyDictionary<TKey,TValue> : IReadOnlyCollection<KeyValuePair<TKey,TValue>>',
    {
      ...reading,
      'IEnumerable<TKey> Keys': keysOf,
      'IEnumerable<TValue> Values': valuesOf,
    },
  ),
  declareType(
    'interface System.Collections.Generic.IDictionary<TKey,TValue> : ICollection<KeyValuePair<TKey,TValue>>',
    { ...reading, ...writing },
  ),
  declareType(
    'class System.Collections.Generic.Dictionary<TKey,TValue> : IDictionary<TKey,TValue>, IReadOnlyDictionary<TKey,TValue>',
    {
      ...reading,
      ...writing,
      'new()': (call) => make(call),
      'new(int capacity)': (_, call) => make(call),
      'new(IEqualityComparer<TKey> comparer)': (comparer, call) => make(call, comparer),
      'new(IDictionary<TKey,TValue> dictionary)': (source, call) => make(call).addAll(source),
      'new(IDictionary<TKey,TValue> dictionary, IEqualityComparer<TKey> comparer)': (
        source,
        comparer,
        call,
      ) => make(call, comparer).addAll(source),
      'new(int capacity, IEqualityComparer<TKey> comparer)': (_, comparer, call) =>
        make(call, comparer),
      'IEqualityComparer<TKey> Comparer': (self) => dictionary(self).comparer,
      'bool ContainsValue(TValue value)': (self, value) => dictionary(self).containsValue(value),
      'void Clear()': (self) => dictionary(self).clear(),
    },
  ),
]

function make(call: unknown, comparer?: unknown): Dictionary {
  return new Dictionary(argumentName(call, 0), argumentName(call, 1), comparerOf(comparer))
}
