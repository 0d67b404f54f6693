import { type Arguments, type FunctionTable, takes } from '../frame.ts'
import { type Value, objectOf, toText } from '../values.ts'

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-lambda */
export const lambdaFunctions: FunctionTable = {
  filter: takes(2, 2, (args) => {
    const keep = args.lambda(1)
    return args.list(0).filter((each, index) => decided(args, keep.call([each, index])))
  }),
  groupBy: takes(2, 3, (args) => groupBy(args)),
  map: takes(2, 2, (args) => {
    const change = args.lambda(1)
    return args.list(0).map((each, index) => change.call([each, index]))
  }),
  mapValues: takes(2, 2, (args) => {
    const change = args.lambda(1)
    const entries = Object.entries(args.object(0))
    return objectOf(entries.map(([name, value]) => [name, change.call([value])] as const))
  }),
  reduce: takes(3, 3, (args) => {
    const join = args.lambda(2)
    let result = args.any(1)
    for (const [index, each] of args.list(0).entries()) result = join.call([result, each, index])
    return result
  }),
  sort: takes(2, 2, (args) => {
    const isBefore = args.lambda(1)
    return args.list(0).toSorted((left, right) => {
      if (decided(args, isBefore.call([left, right]))) return -1
      return decided(args, isBefore.call([right, left])) ? 1 : 0
    })
  }),
  toObject: takes(2, 3, (args) => toObject(args)),
}

function decided(args: Arguments, value: Value): boolean {
  if (typeof value === 'boolean') return value
  throw args.wrongType(1, 'lambda that gives a bool')
}

function groupBy(args: Arguments): Value {
  const groups = new Map<string, Value[]>()
  const key = args.lambda(1)
  const value = args.has(2) ? args.lambda(2) : undefined
  for (const each of args.list(0)) {
    const name = toText(key.call([each]), args.at)
    const item = value ? value.call([each]) : each
    const group = groups.get(name)
    if (group) group.push(item)
    else groups.set(name, [item])
  }
  return objectOf(groups)
}

function toObject(args: Arguments): Value {
  const key = args.lambda(1)
  const value = args.has(2) ? args.lambda(2) : undefined
  const members = args
    .list(0)
    .map((each) => [toText(key.call([each]), args.at), value ? value.call([each]) : each] as const)
  return objectOf(members)
}
