import { type Arguments, type FunctionTable, takes } from '../frame.ts'
import {
  type ObjectValue,
  Reference,
  type Value,
  areEqual,
  isObjectValue,
  memberOf,
  objectOf,
  toText,
} from '../values.ts'

const many = Number.POSITIVE_INFINITY

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-array */
export const arrayFunctions: FunctionTable = {
  array: takes(1, 1, (args) => {
    const value = args.any(0)
    return Array.isArray(value) ? value : [value]
  }),
  concat: takes(1, many, (args) => concat(args)),
  contains: takes(2, 2, (args) => contains(args)),
  distinct: takes(1, 1, (args) => unique(args.list(0), args)),
  empty: takes(1, 1, (args) => isEmpty(args)),
  first: takes(1, 1, (args) => sequence(args, 0).at(0) ?? emptyOf(args.any(0))),
  flatten: takes(1, 1, (args) =>
    args.list(0).flatMap((each) => {
      if (Array.isArray(each)) return each
      throw args.wrongType(0, 'array of arrays')
    }),
  ),
  indexOf: takes(2, 2, (args) => indexOf(args)),
  intersection: takes(2, many, (args) =>
    args.values.reduce((left, right) => both(left, right, args)),
  ),
  join: takes(2, 2, (args) =>
    args
      .list(0)
      .map((each) => toText(each, args.at))
      .join(args.text(1)),
  ),
  last: takes(1, 1, (args) => sequence(args, 0).at(-1) ?? emptyOf(args.any(0))),
  lastIndexOf: takes(2, 2, (args) => lastIndexOf(args)),
  length: takes(1, 1, (args) => {
    const value = args.any(0)
    return isObjectValue(value) ? Object.keys(value).length : sequence(args, 0).length
  }),
  max: takes(1, many, (args) => Math.max(...numbers(args))),
  min: takes(1, many, (args) => Math.min(...numbers(args))),
  range: takes(2, 2, (args) => range(args)),
  skip: takes(2, 2, (args) => slice(args, { from: Math.max(args.whole(1), 0) })),
  take: takes(2, 2, (args) => slice(args, { from: 0, to: Math.max(args.whole(1), 0) })),
  tryGet: takes(2, many, (args) => tryGet(args)),
  union: takes(2, many, (args) => args.values.reduce((left, right) => merge(left, right, args))),
}

const rangeCountMax = 10_000

function sequence(args: Arguments, index: number): string | readonly Value[] {
  const value = args.any(index)
  if (typeof value === 'string' || Array.isArray(value)) return value
  throw args.wrongType(index, 'array')
}

function emptyOf(value: Value): Value {
  return typeof value === 'string' ? '' : null
}

function concat(args: Arguments): Value {
  if (args.values.every((value) => Array.isArray(value))) return args.values.flat()
  const isText = args.values.every((value) => typeof value !== 'object' || value === null)
  if (isText) return args.values.map((value) => toText(value, args.at)).join('')
  throw args.fail('arguments must be either all arrays or all strings.')
}

function contains(args: Arguments): boolean {
  const holder = args.any(0)
  const wanted = args.any(1)
  if (typeof holder === 'string') return holder.includes(toText(wanted, args.at))
  if (Array.isArray(holder)) return holder.some((each) => areEqual(each, wanted, args.at))
  return memberOf(args.object(0), toText(wanted, args.at)) !== undefined
}

function isEmpty(args: Arguments): boolean {
  const value = args.any(0)
  if (value === null) return true
  if (typeof value === 'string' || Array.isArray(value)) return value.length === 0
  if (isObjectValue(value)) return Object.keys(value).length === 0
  throw args.wrongType(0, 'null | object | array | string')
}

function indexOf(args: Arguments): number {
  const holder = args.any(0)
  if (Array.isArray(holder)) {
    return holder.findIndex((each) => areEqual(each, args.any(1), args.at))
  }
  return args.text(0).toLowerCase().indexOf(args.text(1).toLowerCase())
}

function lastIndexOf(args: Arguments): number {
  const holder = args.any(0)
  if (Array.isArray(holder)) {
    return holder.findLastIndex((each) => areEqual(each, args.any(1), args.at))
  }
  return args.text(0).toLowerCase().lastIndexOf(args.text(1).toLowerCase())
}

function both(left: Value, right: Value, args: Arguments): Value {
  if (Array.isArray(left) && Array.isArray(right)) {
    return unique(left, args).filter((each) =>
      right.some((other) => areEqual(each, other, args.at)),
    )
  }
  if (isObjectValue(left) && isObjectValue(right)) {
    const members = Object.entries(left).filter(
      ([name, value]) =>
        Object.hasOwn(right, name) && areEqual(value, right[name] ?? null, args.at),
    )
    return objectOf(members)
  }
  throw args.fail('arguments must be either all arrays or all objects.')
}

function unique(values: readonly Value[], args: Arguments): Value[] {
  const kept: Value[] = []
  for (const value of values) {
    if (!kept.some((other) => areEqual(value, other, args.at))) kept.push(value)
  }
  return kept
}

function merge(first: Value, second: Value, args: Arguments): Value {
  const left = first instanceof Reference ? first.target.whole(args.at) : first
  const right = second instanceof Reference ? second.target.whole(args.at) : second
  if (Array.isArray(left) && Array.isArray(right)) return unique([...left, ...right], args)
  if (isObjectValue(left) && isObjectValue(right)) return mergeObjects(left, right)
  throw args.fail('arguments must be either all arrays or all objects.')
}

// Objects inside objects are merged too; arrays and plain values are replaced.
function mergeObjects(left: ObjectValue, right: ObjectValue): ObjectValue {
  const merged = new Map(Object.entries(left))
  for (const [name, value] of Object.entries(right)) {
    const old = merged.get(name)
    const isDeep = isObjectValue(old) && isObjectValue(value)
    merged.set(name, isDeep ? mergeObjects(old, value) : value)
  }
  return objectOf(merged)
}

function numbers(args: Arguments): number[] {
  const given = args.any(0)
  const values = args.count === 1 && Array.isArray(given) ? given : args.values
  return values.map((value, index) => {
    if (typeof value === 'number') return value
    throw args.wrongType(index, 'int')
  })
}

function range(args: Arguments): number[] {
  const start = args.whole(0)
  const count = args.whole(1)
  if (count < 0 || count > rangeCountMax) {
    throw args.fail(`the count must be from 0 to ${rangeCountMax}.`)
  }
  return Array.from({ length: count }, (_, index) => start + index)
}

function slice(args: Arguments, part: { from: number; to?: number }): Value {
  const value = args.any(0)
  if (typeof value === 'string' || Array.isArray(value)) return value.slice(part.from, part.to)
  throw args.wrongType(0, 'array | string')
}

function tryGet(args: Arguments): Value {
  let value = args.any(0)
  for (const key of args.values.slice(1)) {
    if (Array.isArray(value) && typeof key === 'number') value = value[key] ?? null
    else if (isObjectValue(value) && typeof key === 'string') value = memberOf(value, key) ?? null
    else if (value instanceof Reference && typeof key === 'string') {
      value = value.target.exists() ? (value.target.member(key, args.at) ?? null) : null
    } else return null
  }
  return value
}
