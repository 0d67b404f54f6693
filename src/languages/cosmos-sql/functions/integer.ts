import type { Value } from '../values.ts'
import type { FunctionDefinition, FunctionTable } from './function-definition.ts'

/**
 * Arithmetic on 64-bit integers that wraps around, as in C++; an argument that is no integer gives undefined.
 * https://learn.microsoft.com/azure/cosmos-db/nosql/query/intadd
 */
export const integerFunctions: FunctionTable = {
  INTADD: ofTwo((left, right) => left + right),
  INTBITAND: ofTwo((left, right) => left & right),
  INTBITLEFTSHIFT: ofTwo((left, right) => left << BigInt.asUintN(6, right)),
  INTBITNOT: {
    minimum: 1,
    maximum: 1,
    evaluate: (value) => (isInteger(value) ? wrapped(~BigInt(value)) : undefined),
  },
  INTBITOR: ofTwo((left, right) => left | right),
  INTBITRIGHTSHIFT: ofTwo((left, right) => left >> BigInt.asUintN(6, right)),
  INTBITXOR: ofTwo((left, right) => left ^ right),
  INTDIV: ofTwo((left, right) => (right === 0n ? undefined : left / right)),
  INTMOD: ofTwo((left, right) => (right === 0n ? undefined : left % right)),
  INTMUL: ofTwo((left, right) => left * right),
  INTSUB: ofTwo((left, right) => left - right),
}

function ofTwo(calculate: (left: bigint, right: bigint) => bigint | undefined): FunctionDefinition {
  return {
    minimum: 2,
    maximum: 2,
    evaluate(left, right) {
      if (!isInteger(left) || !isInteger(right)) return undefined
      const result = calculate(BigInt(left), BigInt(right))
      return result === undefined ? undefined : wrapped(result)
    },
  }
}

function wrapped(value: bigint): number {
  return Number(BigInt.asIntN(64, value))
}

/** True for a number that a signed integer of 64 bits can hold. */
export function isInteger(value: Value): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** 63
}
