import { randomFraction } from '../../../base/ids.ts'
import type { Value } from '../values.ts'
import type { FunctionDefinition, FunctionTable } from './function-definition.ts'

/**
 * Mathematical functions: https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions. An argument that
 * is no number gives undefined; one out of the domain gives NaN, which compares false and cannot be a result.
 */
export const mathFunctions: FunctionTable = {
  ABS: ofNumber(Math.abs),
  ACOS: ofNumber(Math.acos),
  ASIN: ofNumber(Math.asin),
  ATAN: ofNumber(Math.atan),
  ATN2: ofTwo(Math.atan2),
  CEILING: ofNumber(Math.ceil),
  COS: ofNumber(Math.cos),
  COT: ofNumber((value) => 1 / Math.tan(value)),
  DEGREES: ofNumber((value) => (value * 180) / Math.PI),
  EXP: ofNumber(Math.exp),
  FLOOR: ofNumber(Math.floor),
  LOG: { minimum: 1, maximum: 2, evaluate: logarithm },
  LOG10: ofNumber(Math.log10),
  NUMBERBIN: { minimum: 1, maximum: 2, evaluate: numberBin },
  PI: { minimum: 0, maximum: 0, evaluate: () => Math.PI },
  POWER: ofTwo((base, exponent) => base ** exponent),
  RADIANS: ofNumber((value) => (value * Math.PI) / 180),
  RAND: { minimum: 0, maximum: 0, evaluate: randomFraction },
  // A value halfway between two integers goes away from zero.
  ROUND: ofNumber((value) => Math.sign(value) * Math.round(Math.abs(value))),
  SIGN: ofNumber(Math.sign),
  SIN: ofNumber(Math.sin),
  SQRT: ofNumber(Math.sqrt),
  SQUARE: ofNumber((value) => value * value),
  TAN: ofNumber(Math.tan),
  TRUNC: ofNumber(Math.trunc),
}

function ofNumber(evaluate: (value: number) => number): FunctionDefinition {
  return {
    minimum: 1,
    maximum: 1,
    evaluate: (value) => (typeof value === 'number' ? evaluate(value) : undefined),
  }
}

function ofTwo(evaluate: (left: number, right: number) => number): FunctionDefinition {
  return {
    minimum: 2,
    maximum: 2,
    evaluate: (left, right) =>
      typeof left === 'number' && typeof right === 'number' ? evaluate(left, right) : undefined,
  }
}

function logarithm(value: Value, base: Value = Math.E): Value {
  if (typeof value !== 'number' || typeof base !== 'number') return undefined
  if (base === Math.E) return Math.log(value)
  if (base === 2) return Math.log2(value)
  return base === 10 ? Math.log10(value) : Math.log(value) / Math.log(base)
}

function numberBin(value: Value, size: Value = 1): Value {
  if (typeof value !== 'number' || typeof size !== 'number' || size === 0) return undefined
  const bins = Math.floor(value / size)
  // Multiplying by 0.1 leaves traces in the last digits that dividing by 10 does not.
  const inverse = Math.round(1 / size)
  return inverse !== 0 && 1 / inverse === size ? bins / inverse : bins * size
}
