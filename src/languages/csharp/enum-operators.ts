import { DotnetEnum } from '../dotnet/value.ts'
import { comparisonTest, int32 } from './arithmetic.ts'
import type { Binder } from './binder.ts'
import type { Run, Value } from './bound.ts'
import type { BinarySides } from './operators.ts'

const comparisons = ['<', '>', '<=', '>=', '==', '!=']

/** The operator of two values of an enum, or of one and a number. */
export function enumOperation(
  binder: Binder,
  operator: string,
  sides: BinarySides,
): Value | undefined {
  const { world } = binder
  const { left, right } = sides
  const type = [left.type, right.type]
    .map((one) => world.underlying(one) ?? one)
    .find((one) => one.kind === 'enum')
  if (!type?.definition) return undefined
  const { definition } = type
  const others = [left, right].filter((side) => (world.underlying(side.type) ?? side.type) !== type)
  const isFit = others.every(
    (side) =>
      side.type.name === 'null' ||
      side.constant?.value === 0 ||
      (['+', '-'].includes(operator) && side.type.name === 'System.Int32'),
  )
  if (!isFit) return undefined
  const first = left.run
  const second = right.run
  if (comparisons.includes(operator)) {
    const test = comparisonTest(operator)
    const run: Run = (frame) => compareEnums(first(frame), second(frame), test, operator)
    return { kind: 'value', type: world.get('System.Boolean'), run, at: left.at }
  }
  const combine = enumCombination(operator)
  if (!combine) return undefined
  const isNumber = operator === '-' && others.length === 0
  const run: Run = (frame) => {
    const number = combine(enumNumber(first(frame)), enumNumber(second(frame)))
    return isNumber ? number : world.enumValue(definition, number)
  }
  return { kind: 'value', type: isNumber ? world.get('System.Int32') : type, run, at: left.at }
}

function compareEnums(
  left: unknown,
  right: unknown,
  test: (order: number) => boolean,
  operator: string,
): boolean {
  if (left === null || right === null)
    return operator === '==' ? left === right : operator === '!=' && left !== right
  return test(enumNumber(left) - enumNumber(right))
}

/** The number of an enum's value. */
export function enumNumber(value: unknown): number {
  return value instanceof DotnetEnum ? value.value : int32(value)
}

function enumCombination(operator: string): ((left: number, right: number) => number) | undefined {
  switch (operator) {
    case '&':
      return (left, right) => left & right
    case '|':
      return (left, right) => left | right
    case '^':
      return (left, right) => left ^ right
    case '+':
      return (left, right) => left + right
    case '-':
      return (left, right) => left - right
    default:
      return undefined
  }
}
