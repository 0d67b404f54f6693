import { type Arguments, type FunctionTable, takes } from '../frame.ts'
import { type Value, areEqual, objectOf, toText } from '../values.ts'

const many = Number.POSITIVE_INFINITY

/**
 * What only ARM templates have: Bicep writes symbols and operators instead.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions
 */
export const armFunctions: FunctionTable = {
  add: takes(2, 2, (args) => args.whole(0) + args.whole(1)),
  sub: takes(2, 2, (args) => args.whole(0) - args.whole(1)),
  mul: takes(2, 2, (args) => args.whole(0) * args.whole(1)),
  div: takes(2, 2, (args) => Math.trunc(args.whole(0) / divisor(args))),
  mod: takes(2, 2, (args) => args.whole(0) % divisor(args)),
  float: takes(1, 1, (args) => Number(toText(args.any(0), args.at))),
  coalesce: takes(1, many, (args) => args.values.find((value) => value !== null) ?? null),
  copyIndex: takes(0, 2, (args) => copyIndex(args)),
  createArray: takes(0, many, (args) => [...args.values]),
  createObject: takes(0, many, (args) => createObject(args)),
  equals: takes(2, 2, (args) => areEqual(args.any(0), args.any(1), args.at)),
  greater: takes(2, 2, (args) => compare(args) > 0),
  greaterOrEquals: takes(2, 2, (args) => compare(args) >= 0),
  indexFromEnd: takes(2, 2, (args) => {
    const found = fromEnd(args)
    if (found !== undefined) return found
    throw args.fail(`the array index '${args.whole(1)}' from the end is out of bounds.`)
  }),
  tryIndexFromEnd: takes(2, 2, (args) => fromEnd(args) ?? null),
  less: takes(2, 2, (args) => compare(args) < 0),
  lessOrEquals: takes(2, 2, (args) => compare(args) <= 0),
  false: takes(0, 0, () => false),
  true: takes(0, 0, () => true),
  null: takes(0, 0, () => null),
  not: takes(1, 1, (args) => !args.flag(0)),
  lambdaVariables: takes(1, 1, (args) => args.frame.locals.get(args.text(0)) ?? null),
  parameters: takes(1, 1, (args) => {
    const local = functionParameter(args.text(0))
    const { locals, names } = args.frame
    return locals.has(local) ? (locals.get(local) ?? null) : names.parameter(args.text(0), args.at)
  }),
  variables: takes(1, 1, (args) => args.frame.names.variable(args.text(0), args.at)),
}

/** The local variable that `parameters('name')` reads inside a function of a template. */
export function functionParameter(name: string): string {
  return `parameters.${name.toLowerCase()}`
}

function divisor(args: Arguments): number {
  const value = args.whole(1)
  if (value === 0) throw args.fail('division by zero.')
  return value
}

function copyIndex(args: Arguments): number {
  const { copies } = args.frame
  const first = args.any(0)
  const name = typeof first === 'string' ? first : undefined
  const offset = name === undefined ? (args.optionalWhole(0) ?? 0) : (args.optionalWhole(1) ?? 0)
  const index = name === undefined ? [...(copies?.values() ?? [])].at(-1) : copies?.get(name)
  if (index === undefined) throw args.fail('the function is used outside of a copy loop.')
  return index + offset
}

function fromEnd(args: Arguments): Value | undefined {
  const list = args.list(0)
  return list[list.length - args.whole(1)]
}

function createObject(args: Arguments): Value {
  const members: [string, Value][] = []
  for (let index = 0; index + 1 < args.count; index += 2) {
    members.push([args.text(index), args.any(index + 1)])
  }
  return objectOf(members)
}

function compare(args: Arguments): number {
  const left = args.any(0)
  const right = args.any(1)
  if (typeof left === 'number' && typeof right === 'number') return left - right
  const first = args.text(0)
  const second = args.text(1)
  return first === second ? 0 : first < second ? -1 : 1
}
