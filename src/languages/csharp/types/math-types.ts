import * as decimals from '../../dotnet/decimal.ts'
import {
  absoluteOf,
  divideWithRemainder,
  ieeeRemainder,
  logarithm,
  maximum,
  minimum,
  roundDouble,
  signOf,
  wholeOf,
} from '../../dotnet/math.ts'
import { doubleOf } from '../../dotnet/value.ts'
import type { Implementation } from '../type-model.ts'
import { decimal, double, enumName, int, long, number, reference } from './guards.ts'

type Members = Record<string, Implementation>

/** The members of Math. */
export function mathMembers(): Members {
  const members: Members = {
    'static double PI': () => doubleOf(Math.PI),
    'static double E': () => doubleOf(Math.E),
    'static double Pow(double x, double y)': (x, y) => doubleOf(power(double(x), double(y))),
    'static double Log(double a, double newBase)': (value, base) =>
      doubleOf(logarithm(double(value), double(base))),
    'static double Atan2(double y, double x)': (y, x) => doubleOf(Math.atan2(double(y), double(x))),
    'static double IEEERemainder(double x, double y)': (x, y) =>
      doubleOf(ieeeRemainder(double(x), double(y))),
    'static long BigMul(int a, int b)': (left, right) => BigInt(int(left)) * BigInt(int(right)),
    'static int DivRem(int a, int b, out int result)': (left, right, out) => {
      const [quotient, remainder] = divideWithRemainder(long(left), long(right))
      reference(out).value = Number(remainder)
      return Number(quotient)
    },
    'static long DivRem(long a, long b, out long result)': (left, right, out) => {
      const [quotient, remainder] = divideWithRemainder(long(left), long(right))
      reference(out).value = remainder
      return quotient
    },
    ...roundMembers(),
    ...realMembers(),
  }
  for (const keyword of [
    'sbyte',
    'byte',
    'short',
    'ushort',
    'int',
    'uint',
    'long',
    'ulong',
    'float',
    'double',
    'decimal',
  ]) {
    members[`static ${keyword} Max(${keyword} val1, ${keyword} val2)`] = (left, right) =>
      maximum(number(left), number(right))
    members[`static ${keyword} Min(${keyword} val1, ${keyword} val2)`] = (left, right) =>
      minimum(number(left), number(right))
    if (keyword.startsWith('u') || keyword === 'byte') continue
    members[`static ${keyword} Abs(${keyword} value)`] = (value) => absoluteOf(number(value))
    members[`static int Sign(${keyword} value)`] = (value) => signOf(number(value))
  }
  return members
}

function realMembers(): Members {
  const members: Members = {}
  for (const [name, direction] of [
    ['Floor', 'floor'],
    ['Ceiling', 'ceiling'],
    ['Truncate', 'truncate'],
  ] as const) {
    for (const keyword of ['double', 'decimal'])
      members[`static ${keyword} ${name}(${keyword} d)`] = (value) =>
        wholeOf(number(value), direction)
  }
  const plain = {
    Sqrt: Math.sqrt,
    Exp: Math.exp,
    Log: Math.log,
    Log10: Math.log10,
    Sin: Math.sin,
    Cos: Math.cos,
    Tan: Math.tan,
    Asin: Math.asin,
    Acos: Math.acos,
    Atan: Math.atan,
    Sinh: Math.sinh,
    Cosh: Math.cosh,
    Tanh: Math.tanh,
  }
  for (const [name, run] of Object.entries(plain))
    members[`static double ${name}(double d)`] = (value) => doubleOf(run(double(value)))
  return members
}

function roundMembers(): Members {
  return {
    'static double Round(double a)': (value) => doubleOf(roundDouble(double(value))),
    'static double Round(double value, int digits)': (value, digits) =>
      doubleOf(roundDouble(double(value), int(digits))),
    'static double Round(double value, MidpointRounding mode)': (value, mode) =>
      doubleOf(roundDouble(double(value), 0, rounding(mode))),
    'static double Round(double value, int digits, MidpointRounding mode)': (value, digits, mode) =>
      doubleOf(roundDouble(double(value), int(digits), rounding(mode))),
    'static decimal Round(decimal d)': (value) => decimals.decimalRound(decimal(value), 0),
    'static decimal Round(decimal d, int decimals)': (value, digits) =>
      decimals.decimalRound(decimal(value), int(digits)),
    'static decimal Round(decimal d, MidpointRounding mode)': (value, mode) =>
      decimals.decimalRound(decimal(value), 0, rounding(mode)),
    'static decimal Round(decimal d, int decimals, MidpointRounding mode)': (value, digits, mode) =>
      decimals.decimalRound(decimal(value), int(digits), rounding(mode)),
  }
}

function power(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y
}

function rounding(value: unknown): decimals.MidpointRounding {
  return enumName(value) === 'AwayFromZero' ? 'AwayFromZero' : 'ToEven'
}
