import { type FunctionTable, takes } from '../frame.ts'
import { type Value, objectOf } from '../values.ts'

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-object */
export const objectFunctions: FunctionTable = {
  items: takes(1, 1, (args) =>
    Object.entries(args.object(0))
      .toSorted(([left], [right]) => compareNames(left, right))
      .map(([key, value]) =>
        objectOf([
          ['key', key],
          ['value', value],
        ]),
      ),
  ),
  objectKeys: takes(1, 1, (args) => Object.keys(args.object(0)).toSorted(compareNames)),
  shallowMerge: takes(1, 1, (args) => {
    const merged = new Map<string, Value>()
    for (const each of args.list(0)) {
      if (typeof each !== 'object' || each === null || Array.isArray(each)) {
        throw args.wrongType(0, 'array of objects')
      }
      for (const [name, value] of Object.entries(each)) merged.set(name, value)
    }
    return objectOf(merged)
  }),
}

function compareNames(left: string, right: string): number {
  const first = left.toLowerCase()
  const second = right.toLowerCase()
  if (first === second) return 0
  return first < second ? -1 : 1
}
