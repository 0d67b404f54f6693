import * as chars from '../../dotnet/char.ts'
import { compareValues, equalValues } from '../../dotnet/comparison.ts'
import { parseBoolean, tryParseBoolean } from '../../dotnet/convert.ts'
import * as decimals from '../../dotnet/decimal.ts'
import { argumentOutOfRange } from '../../dotnet/exceptions.ts'
import { displayText, formatValue } from '../../dotnet/format.ts'
import { toLowerInvariant, toUpperInvariant } from '../../dotnet/letter-case.ts'
import { parseNumber, tryParseNumber } from '../../dotnet/number-parse.ts'
import {
  castNumber,
  integerMax,
  integerMin,
  integerOf,
  isIntegerKind,
  makeInteger,
  makeReal,
} from '../../dotnet/numbers.ts'
import { charOfText } from '../../dotnet/string.ts'
import type { NumericKind } from '../../dotnet/types.ts'
import { charOf, DotnetArray } from '../../dotnet/value.ts'
import { declareType, type Implementation, type TypeDeclaration } from '../type-model.ts'
import {
  bool,
  char,
  decimal,
  double,
  enumName,
  given,
  int,
  items,
  long,
  reference,
  text,
  textOrNull,
} from './guards.ts'

type Members = Record<string, Implementation>

const keywords: Readonly<Record<NumericKind, string>> = {
  SByte: 'sbyte',
  Byte: 'byte',
  Int16: 'short',
  UInt16: 'ushort',
  Int32: 'int',
  UInt32: 'uint',
  Int64: 'long',
  UInt64: 'ulong',
  Single: 'float',
  Double: 'double',
  Decimal: 'decimal',
}

const kinds: readonly NumericKind[] = [
  'SByte',
  'Byte',
  'Int16',
  'UInt16',
  'Int32',
  'UInt32',
  'Int64',
  'UInt64',
  'Single',
  'Double',
  'Decimal',
]

/** The numbers, Boolean and Char. */
export const numberTypes: readonly TypeDeclaration[] = [
  ...kinds.map((kind) =>
    declareType(`struct System.${kind} : System.IComparable`, numberMembers(kind)),
  ),
  declareType('struct System.Boolean : System.IComparable', {
    'static string TrueString': () => 'True',
    'static string FalseString': () => 'False',
    'static bool Parse(string value)': (value) => parseBoolean(textOrNull(value)),
    'static bool TryParse(string value, out bool result)': (value, result) => {
      const parsed = tryParseBoolean(textOrNull(value))
      reference(result).value = parsed ?? false
      return parsed !== undefined
    },
    ...comparable('bool'),
    ...textWithProvider(),
  }),
  declareType('struct System.Char : System.IComparable', charMembers()),
]

// The small types answer with the difference, the others with its sign.
const subtracting = new Set(['sbyte', 'byte', 'short', 'ushort', 'char'])

function comparable(keyword: string): Members {
  return {
    [`bool Equals(${keyword} obj)`]: (self, other) => equalValues(self, other),
    [`int CompareTo(${keyword} value)`]: (self, other) =>
      subtracting.has(keyword)
        ? Number((integerOf(self) ?? 0n) - (integerOf(other) ?? 0n))
        : Math.sign(compareValues(self, other)),
    'string ToString()': (self) => displayText(self),
  }
}

/** `ToString(provider)` of the types that have no format; what else has one would be ambiguous with null. */
function textWithProvider(): Members {
  return { 'string ToString(System.IFormatProvider provider)': (self) => displayText(self) }
}

function numberMembers(kind: NumericKind): Members {
  const keyword = keywords[kind]
  const parse = (value: unknown): unknown => parseNumber(kind, textOrNull(value))
  const zero = castNumber(0, kind)
  return {
    ...comparable(keyword),
    ...limits(kind, keyword),
    ...(kind === 'Double' || kind === 'Single' ? realMembers(kind, keyword) : {}),
    ...(kind === 'Decimal' ? decimalMembers() : {}),
    [`static ${keyword} Parse(string s)`]: parse,
    [`static ${keyword} Parse(string s, System.IFormatProvider provider)`]: parse,
    [`static bool TryParse(string s, out ${keyword} result)`]: (value, result) => {
      const parsed = tryParseNumber(kind, textOrNull(value))
      reference(result).value = parsed ?? zero
      return parsed !== undefined
    },
    'string ToString(string format)': (self, format) => formatValue(self, textOrNull(format)),
    'string ToString(string format, System.IFormatProvider provider)': (self, format) =>
      formatValue(self, textOrNull(format)),
  }
}

function limits(kind: NumericKind, keyword: string): Members {
  const [min, max] = limitValues(kind)
  return { [`static ${keyword} MinValue`]: () => min, [`static ${keyword} MaxValue`]: () => max }
}

function limitValues(kind: NumericKind): [unknown, unknown] {
  if (kind === 'Decimal') return [decimals.decimalMin, decimals.decimalMax]
  if (isIntegerKind(kind))
    return [makeInteger(kind, integerMin(kind)), makeInteger(kind, integerMax(kind))]
  const real = kind === 'Double' ? 'Double' : 'Single'
  const max = real === 'Double' ? Number.MAX_VALUE : 3.402_823_466_385_288_6e38
  return [makeReal(real, -max), makeReal(real, max)]
}

function realMembers(kind: 'Double' | 'Single', keyword: string): Members {
  const constant = (name: string, value: number): Members => {
    const made = makeReal(kind, value)
    return { [`static ${keyword} ${name}`]: () => made }
  }
  return {
    ...constant('NaN', Number.NaN),
    ...constant('PositiveInfinity', Infinity),
    ...constant('NegativeInfinity', -Infinity),
    ...constant('Epsilon', kind === 'Double' ? Number.MIN_VALUE : 1.401_298_464_324_817e-45),
    [`static bool IsNaN(${keyword} d)`]: (value) => Number.isNaN(double(value)),
    [`static bool IsInfinity(${keyword} d)`]: (value) => Math.abs(double(value)) === Infinity,
    [`static bool IsPositiveInfinity(${keyword} d)`]: (value) => double(value) === Infinity,
    [`static bool IsNegativeInfinity(${keyword} d)`]: (value) => double(value) === -Infinity,
  }
}

const currencyScale = decimals.decimalFromInteger(10_000)

function decimalMembers(): Members {
  const rounding = (value: unknown): decimals.MidpointRounding =>
    enumName(value) === 'AwayFromZero' ? 'AwayFromZero' : 'ToEven'
  const members: Members = {
    'new(int value)': (value) => castNumber(value, 'Decimal'),
    'new(long value)': (value) => castNumber(value, 'Decimal'),
    'new(uint value)': (value) => castNumber(value, 'Decimal'),
    'new(ulong value)': (value) => castNumber(value, 'Decimal'),
    'new(float value)': (value) => castNumber(value, 'Decimal'),
    'new(double value)': (value) => castNumber(value, 'Decimal'),
    'new(int[] bits)': (bits) => decimals.decimalFromBits(items(bits).map(int)),
    'new(int lo, int mid, int hi, bool isNegative, byte scale)': (lo, mid, ...rest) => {
      const [hi, isNegative, scale] = rest
      const flags = (Number(integerOf(scale) ?? 0n) << 16) | (bool(isNegative) ? -(2 ** 31) : 0)
      return decimals.decimalFromBits([int(lo), int(mid), int(hi), flags])
    },
    'static int[] GetBits(decimal d)': (value) =>
      new DotnetArray('System.Int32', decimals.decimalBits(decimal(value))),
    'static long ToOACurrency(decimal value)': (value) =>
      castNumber(decimals.decimalMultiply(decimal(value), currencyScale), 'Int64'),
    'static decimal FromOACurrency(long cy)': (value) =>
      decimals.decimalDivide(decimals.decimalFromInteger(long(value)), currencyScale),
    'static decimal Zero': () => decimals.decimalZero,
    'static decimal One': () => decimals.decimalOne,
    'static decimal MinusOne': () => decimals.decimalNegate(decimals.decimalOne),
    'static decimal Add(decimal d1, decimal d2)': (left, right) =>
      decimals.decimalAdd(decimal(left), decimal(right)),
    'static decimal Subtract(decimal d1, decimal d2)': (left, right) =>
      decimals.decimalSubtract(decimal(left), decimal(right)),
    'static decimal Multiply(decimal d1, decimal d2)': (left, right) =>
      decimals.decimalMultiply(decimal(left), decimal(right)),
    'static decimal Divide(decimal d1, decimal d2)': (left, right) =>
      decimals.decimalDivide(decimal(left), decimal(right)),
    'static decimal Remainder(decimal d1, decimal d2)': (left, right) =>
      decimals.decimalRemainder(decimal(left), decimal(right)),
    'static decimal Negate(decimal d)': (value) => decimals.decimalNegate(decimal(value)),
    'static decimal Floor(decimal d)': (value) => decimals.decimalFloor(decimal(value)),
    'static decimal Ceiling(decimal d)': (value) => decimals.decimalCeiling(decimal(value)),
    'static decimal Truncate(decimal d)': (value) => decimals.decimalTruncate(decimal(value)),
    'static decimal Round(decimal d)': (value) => decimals.decimalRound(decimal(value), 0),
    'static decimal Round(decimal d, int decimals)': (value, digits) =>
      decimals.decimalRound(decimal(value), int(digits)),
    'static decimal Round(decimal d, int decimals, MidpointRounding mode)': (value, digits, mode) =>
      decimals.decimalRound(decimal(value), int(digits), rounding(mode)),
    'static decimal Round(decimal d, MidpointRounding mode)': (value, mode) =>
      decimals.decimalRound(decimal(value), 0, rounding(mode)),
    'static int Compare(decimal d1, decimal d2)': (left, right) =>
      decimals.decimalCompare(decimal(left), decimal(right)),
  }
  for (const kind of kinds) {
    if (kind !== 'Decimal')
      members[`static ${keywords[kind]} To${kind}(decimal value)`] = (value) =>
        castNumber(decimal(value), kind)
  }
  return members
}

function charIn(value: unknown, index: unknown): ReturnType<typeof char> {
  const source = given(value, 's')
  if (int(index) < 0 || int(index) >= source.length) throw argumentOutOfRange('index')
  return charOfText(source, int(index))
}

type CharTest = (value: ReturnType<typeof char>) => boolean

function charMembers(): Members {
  const tests: Readonly<Record<string, CharTest>> = {
    IsDigit: chars.isDigit,
    IsNumber: chars.isNumber,
    IsLetter: chars.isLetter,
    IsLetterOrDigit: chars.isLetterOrDigit,
    IsUpper: chars.isUpper,
    IsLower: chars.isLower,
    IsWhiteSpace: chars.isWhiteSpace,
    IsPunctuation: chars.isPunctuation,
    IsControl: chars.isControl,
    IsSymbol: chars.isSymbol,
    IsSeparator: chars.isSeparator,
    IsSurrogate: chars.isSurrogate,
    IsHighSurrogate: chars.isHighSurrogate,
    IsLowSurrogate: chars.isLowSurrogate,
  }
  const members: Members = {
    ...comparable('char'),
    ...textWithProvider(),
    'static char MinValue': () => charOf(0),
    'static char MaxValue': () => charOf(0xff_ff),
    'static char ToUpper(char c)': (value) => charOfText(toUpperInvariant(char(value).text), 0),
    'static char ToLower(char c)': (value) => charOfText(toLowerInvariant(char(value).text), 0),
    'static char ToUpperInvariant(char c)': (value) =>
      charOfText(toUpperInvariant(char(value).text), 0),
    'static char ToLowerInvariant(char c)': (value) =>
      charOfText(toLowerInvariant(char(value).text), 0),
    'static string ToString(char c)': (value) => char(value).text,
    'static double GetNumericValue(char c)': (value) =>
      makeReal('Double', chars.numericValue(char(value))),
    'static double GetNumericValue(string s, int index)': (value, index) =>
      makeReal('Double', chars.numericValue(charIn(value, index))),
    'static char Parse(string s)': (value) => chars.parseChar(textOrNull(value)),
    'static bool TryParse(string s, out char result)': (value, result) => {
      const isChar = typeof value === 'string' && value.length === 1
      reference(result).value = isChar ? charOfText(value, 0) : charOf(0)
      return isChar
    },
    'static int ConvertToUtf32(char highSurrogate, char lowSurrogate)': (high, low) =>
      (char(high).text + char(low).text).codePointAt(0) ?? 0,
    'static bool IsSurrogatePair(char highSurrogate, char lowSurrogate)': (high, low) =>
      chars.isHighSurrogate(char(high)) && chars.isLowSurrogate(char(low)),
    'static bool IsSurrogatePair(string s, int index)': (value, index) =>
      (given(value, 's').codePointAt(int(index)) ?? 0) > 0xff_ff,
    'static string ConvertFromUtf32(int utf32)': (value) => String.fromCodePoint(int(value)),
    'static int ConvertToUtf32(string s, int index)': (value, index) =>
      text(value).codePointAt(int(index)) ?? 0,
  }
  for (const [name, test] of Object.entries(tests)) {
    members[`static bool ${name}(char c)`] = (value) => test(char(value))
    members[`static bool ${name}(string s, int index)`] = (value, index) =>
      test(charIn(value, index))
  }
  return members
}
