/**
 * Arrays, and texts as arrays of characters.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#collection-functions
 */
import {
  arrayArgument,
  integerArgument,
  optionalString,
  stringArgument,
  wrongArgument,
  wrongOnly,
} from '../arguments.ts'
import { compareNumbers, isEqual } from '../comparison.ts'
import { ExpressionError, functionError, usage } from '../expression-error.ts'
import type { FunctionBody, FunctionFamily } from '../function-body.ts'
import { writeJson } from '../json-text.ts'
import { checkCount } from '../text-length.ts'
import {
  isArray,
  isNumber,
  isObject,
  kindOf,
  makeObject,
  propertyName,
  propertyOf,
  type Value,
  type ValueObject,
} from '../value.ts'
import { textOf } from '../value-text.ts'

export const collectionFunctions: FunctionFamily = {
  contains: ([collection = null, sought = null]) => {
    if (typeof collection === 'string') return collection.includes(textOf(sought))
    if (isArray(collection)) return collection.some((item) => isEqual(item, sought))
    if (isObject(collection)) return propertyName(collection, textOf(sought)) !== undefined
    throw functionError(
      'contains',
      `expects its first argument 'collection' to be a dictionary (object), an array or a string. The provided value is of type '${kindOf(collection)}'.${usage('contains')}`,
    )
  },
  length: ([value = null]) => {
    if (typeof value === 'string' || isArray(value)) return value.length
    throw wrongOnly('length', 'be an array or a string', value)
  },
  empty: ([value = null]) => {
    if (value === null) return true
    if (typeof value === 'string' || isArray(value)) return value.length === 0
    if (isObject(value)) return Object.keys(value).length === 0
    throw wrongOnly('empty', 'be an object, an array or a string', value)
  },
  first: ([value = null]) => itemAt('first', value, 0),
  last: ([value = null]) => itemAt('last', value, -1),
  take: part('take', (items, count) => items.slice(0, count)),
  skip: part('skip', (items, count) => items.slice(count)),
  join: (args) => {
    const [items = null] = args
    if (!isArray(items)) throw wrongArgument('join', 0, { what: 'an array', value: items })
    return join(items.map(textOf), stringArgument('join', args, 1))
  },
  chunk: (args) => chunk(args),
  createArray: (args) => [...args],
  reverse: (args) => arrayArgument('reverse', args, 0).toReversed(),
  sort: (args) => {
    const items = arrayArgument('sort', args, 0)
    const key = optionalString('sort', args, 1)
    return key === undefined
      ? sorted(items, (item) => item)
      : sorted(items, (item) => member(item, key))
  },
  union: (args) =>
    collectionKind('union', args) === 'Object'
      ? makeObject(args.filter(isObject).flatMap((object) => Object.entries(object)))
      : distinct(args.filter(isArray).flat()),
  intersection: (args) =>
    collectionKind('intersection', args) === 'Object'
      ? sharedMembers(args.filter(isObject))
      : sharedItems(args.filter(isArray)),
}

function join(texts: readonly string[], separator: string): string {
  checkCount(texts.reduce((sum, text) => sum + text.length + separator.length, 0))
  return texts.join(separator)
}

function itemAt(name: string, value: Value, index: number): Value {
  if (typeof value === 'string') return value.at(index) ?? ''
  if (isArray(value)) return value.at(index) ?? null
  throw functionError(
    name,
    `expects its parameter be an array or a string. The provided value is of type '${kindOf(value)}'.${usage(name)}`,
  )
}

function part(
  name: string,
  take: <Items extends string | readonly Value[]>(items: Items, count: number) => Value,
): FunctionBody {
  return (args) => {
    const [items = null, countValue = null] = args
    if (typeof items !== 'string' && !isArray(items)) {
      throw functionError(
        name,
        `expects its first parameter 'collection' to be an array or a string. The provided value is of type '${kindOf(items)}'.${usage(name)}`,
      )
    }
    const count = integerArgument(name, args, 1)
    if (count >= 0) return take(items, count)
    throw functionError(
      name,
      `parameters are out of range: 'count' must be a positive integer. The provided value is '${textOf(countValue)}'.${usage(name)}`,
    )
  }
}

function chunk(args: readonly Value[]): Value {
  const [items = null] = args
  if (typeof items !== 'string' && !isArray(items)) {
    throw wrongArgument('chunk', 0, { what: 'an array or a string', value: items })
  }
  const size = integerArgument('chunk', args, 1)
  if (size < 1) {
    throw functionError(
      'chunk',
      `expects chunk size to be a positive integer. The provided value is less than 1.${usage('chunk')}`,
    )
  }
  const chunks: Value[] = []
  for (let index = 0; index < items.length; index += size) {
    chunks.push(items.slice(index, index + size))
  }
  return chunks
}

function member(item: Value, key: string): Value {
  return isObject(item) ? (propertyOf(item, key) ?? null) : null
}

// The order of the sort is stable: equal items keep their places.
function sorted(items: readonly Value[], keyOf: (item: Value) => Value): readonly Value[] {
  return items.toSorted((left, right) => compare(keyOf(left), keyOf(right)))
}

const kindOrder = ['Null', 'Boolean', 'Integer', 'Float', 'String']

function compare(left: Value, right: Value): number {
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right)
  if (typeof left === 'string' && typeof right === 'string')
    return left < right ? -1 : left > right ? 1 : 0
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  const [first, second] = [kindOrder.indexOf(kindOf(left)), kindOrder.indexOf(kindOf(right))]
  if (first >= 0 && second >= 0) return first - second
  throw functionError(
    'sort',
    `expects the items to sort to be null, booleans, numbers or strings. Found a value of type '${kindOf(first < 0 ? left : right)}'.${usage('sort')}`,
  )
}

function collectionKind(name: string, args: readonly Value[]): 'Array' | 'Object' {
  if (args.every(isArray)) return 'Array'
  if (args.every(isObject)) return 'Object'
  const kinds = [...new Set(args.map(kindOf))].join(',')
  throw new ExpressionError(
    `Template language function '${name}' expects parameters of same type, but found '${kinds}' distinct types.`,
  )
}

/** A set of values; equal ones have equal keys, whatever kind their numbers are of. */
function distinct(items: readonly Value[]): readonly Value[] {
  const kept = new Map<string, Value>()
  for (const item of items) {
    const key = keyOfValue(item)
    if (!kept.has(key)) kept.set(key, item)
  }
  return [...kept.values()]
}

function keyOfValue(value: Value): string {
  if (isNumber(value)) return writeJson(value).replace(/\.0+$/, '')
  if (isArray(value)) return `[${value.map(keyOfValue).join(',')}]`
  if (!isObject(value)) return writeJson(value)
  const members = Object.entries(value).map(
    ([name, item]) => `${writeJson(name)}:${keyOfValue(item)}`,
  )
  return `{${members.toSorted().join(',')}}`
}

function sharedItems(arrays: readonly (readonly Value[])[]): readonly Value[] {
  const [first = [], ...others] = arrays
  const keys = others.map((items) => new Set(items.map(keyOfValue)))
  return distinct(first).filter((item) => keys.every((present) => present.has(keyOfValue(item))))
}

function sharedMembers(objects: readonly ValueObject[]): ValueObject {
  const [first = {}, ...others] = objects
  return makeObject(
    Object.entries(first).filter(([name, value]) =>
      others.every((other) => Object.hasOwn(other, name) && isEqual(other[name] ?? null, value)),
    ),
  )
}
