import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesOfValue, hexadecimalText, valueOfBytes } from './bit-converter.ts'
import {
  changeType,
  convertToBoolean,
  convertToNumber,
  numberInBase,
  textInBase,
} from './convert.ts'
import { decimalLiteral, decimalFromDouble } from './decimal.ts'
import { DotnetException } from './exceptions.ts'
import { displayText } from './format.ts'
import { absoluteOf, roundDouble } from './math.ts'
import {
  arithmetic,
  castNumber,
  compareNumbers,
  makeInteger,
  negate,
  promotedKind,
} from './numbers.ts'
import { Random } from './random.ts'
import type { NumericKind } from './types.ts'
import { charOf, DotnetChar, doubleOf } from './value.ts'

function throws(run: () => unknown, typeName: string): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof DotnetException, String(error))
    assert.equal(error.typeName, typeName)
    return true
  })
}

test('whole numbers wrap, or overflow when checked', () => {
  assert.equal(arithmetic('+', 2_147_483_647, 1), -2_147_483_648)
  assert.equal(arithmetic('*', 1_000_000, 1_000_000), -727_379_968)
  assert.equal(arithmetic('+', 9_223_372_036_854_775_807n, 1n), -9_223_372_036_854_775_808n)
  assert.equal(
    displayText(arithmetic('-', makeInteger('UInt32', 3), makeInteger('UInt32', 4))),
    '4294967295',
  )
  throws(() => arithmetic('+', 2_147_483_647, 1, { checked: true }), 'System.OverflowException')
  throws(() => arithmetic('/', 1, 0), 'System.DivideByZeroException')
  throws(() => arithmetic('/', -2_147_483_648, -1), 'System.OverflowException')
  assert.equal(arithmetic('/', -7, 2), -3)
  assert.equal(arithmetic('%', -7, 2), -1)
  assert.equal(displayText(arithmetic('/', doubleOf(1), doubleOf(0))), 'Infinity')
  assert.equal(negate(-2_147_483_648), -2_147_483_648)
  throws(() => absoluteOf(-2_147_483_648), 'System.OverflowException')
})

test('casts cut fractions and high bits', () => {
  const cases: readonly (readonly [unknown, NumericKind, string])[] = [
    [404, 'Byte', '148'],
    [-17, 'UInt32', '4294967279'],
    [120_000, 'Int16', '-11072'],
    [doubleOf(-3.99), 'Int32', '-3'],
    [doubleOf(1e20), 'Int32', '-2147483648'],
    [doubleOf(NaN), 'Int32', '-2147483648'],
    [decimalLiteral('2.9'), 'Int32', '2'],
    [doubleOf(0.1), 'Decimal', '0.1'],
    [charOf(97), 'Int32', '97'],
    [5, 'Double', '5'],
    [9_007_199_254_740_993n, 'Double', '9.007199254740992E+15'],
  ]
  for (const [value, kind, expected] of cases) {
    assert.equal(displayText(castNumber(value, kind)), expected, `${displayText(value)} to ${kind}`)
  }
  const char = castNumber(98, 'Char')
  assert.ok(char instanceof DotnetChar && char.text === 'b')
  throws(() => castNumber(256, 'Byte', { checked: true }), 'System.OverflowException')
  throws(() => castNumber(decimalLiteral('1e20'), 'Int32'), 'System.OverflowException')
  throws(() => castNumber(doubleOf(1e30), 'Decimal'), 'System.OverflowException')
  assert.equal(displayText(decimalFromDouble(123_456_789.123_456_79)), '123456789.123457')
})

test('operands are promoted to a type that holds both', () => {
  assert.equal(promotedKind('Byte', 'Int16'), 'Int32')
  assert.equal(promotedKind('UInt32', 'Int32'), 'Int64')
  assert.equal(promotedKind('UInt64', 'Int32'), undefined)
  assert.equal(promotedKind('Decimal', 'Double'), undefined)
  assert.equal(promotedKind('Single', 'Int64'), 'Single')
  assert.ok(compareNumbers(5n, doubleOf(5.5)) < 0)
})

test('conversions round half to even and read text', () => {
  assert.equal(convertToNumber(doubleOf(2.5), 'Int32'), 2)
  assert.equal(convertToNumber(doubleOf(3.5), 'Int32'), 4)
  assert.equal(convertToNumber(decimalLiteral('0.5'), 'Int32'), 0)
  assert.equal(convertToNumber('250', 'Int32'), 250)
  assert.equal(convertToNumber(null, 'Int32'), 0)
  assert.equal(convertToNumber(true, 'Int32'), 1)
  throws(() => convertToNumber(256, 'Byte'), 'System.OverflowException')
  throws(() => convertToNumber('x', 'Int32'), 'System.FormatException')
  throws(() => convertToNumber(new Map(), 'Int32'), 'System.InvalidCastException')
  assert.equal(convertToBoolean(' TRUE '), true)
  throws(() => convertToBoolean('yes'), 'System.FormatException')
  assert.equal(changeType('5', 'System.Int64'), 5n)
  throws(() => changeType(null, 'System.Int32'), 'System.InvalidCastException')
})

test('numbers have bases', () => {
  assert.equal(textInBase(255, 16) + textInBase(5, 2), 'ff101')
  assert.equal(textInBase(-1, 16), 'ffffffff')
  assert.equal(numberInBase('ff', 16, 'Int32'), 255)
  assert.equal(numberInBase('FFFFFFFF', 16, 'Int32'), -1)
  throws(() => numberInBase('g1', 16, 'Int32'), 'System.FormatException')
  throws(() => numberInBase('1', 3, 'Int32'), 'System.ArgumentException')
})

test('bytes are little-endian', () => {
  assert.deepEqual([...bytesOfValue(doubleOf(1))].toReversed(), [0x3f, 0xf0, 0, 0, 0, 0, 0, 0])
  assert.equal(valueOfBytes(Uint8Array.of(1, 2, 0, 0), 0, 'Int32'), 513)
  assert.equal(hexadecimalText(Uint8Array.of(10, 255)), '0A-FF')
  throws(() => valueOfBytes(Uint8Array.of(1), 0, 'Int32'), 'System.ArgumentException')
})

test('doubles round half to even', () => {
  assert.equal(roundDouble(2.5), 2)
  assert.equal(roundDouble(-3.75, 1), -3.8)
  assert.equal(roundDouble(2.5, 0, 'AwayFromZero'), 3)
})

test('a seed gives the numbers that .NET gives', () => {
  const random = new Random(42)
  assert.deepEqual(
    [random.nextBelow(100), random.nextBelow(100), random.nextBelow(100)],
    [66, 14, 12],
  )
  assert.equal(new Random(0).next(), 1_559_595_546)
})
