import { FaultAtOffset } from './csharp-error.ts'

/** A numeric literal: its type, and its value as digits (a decimal keeps its scale). */
export interface NumberLiteral {
  readonly type: 'Int32' | 'UInt32' | 'Int64' | 'UInt64' | 'Single' | 'Double' | 'Decimal'
  readonly digits: string
}

const integer = /^(?:0[xX][\da-fA-F_]+|0[bB][01_]+|\d[\d_]*)([uUlL]{0,2})/
const real = /^(?:\d[\d_]*)?(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?[fFdDmM]?/

const realTypes: Readonly<Record<string, NumberLiteral['type']>> = {
  f: 'Single',
  d: 'Double',
  m: 'Decimal',
}

/** Reads the number at an offset; the type is the smallest that C# gives it. */
export function readNumber(text: string, at: number): { literal: NumberLiteral; end: number } {
  const rest = text.slice(at, at + 400)
  const whole = integer.exec(rest)
  const fraction = real.exec(rest)?.[0] ?? ''
  if (whole && (whole[0].length >= fraction.length || /^0[xXbB]/.test(whole[0]))) {
    return { literal: integerLiteral(whole[0], whole[1] ?? '', at), end: at + whole[0].length }
  }
  const suffix = fraction.at(-1)?.toLowerCase() ?? ''
  const type = realTypes[suffix]
  const digits = (type === undefined ? fraction : fraction.slice(0, -1)).replaceAll('_', '')
  return { literal: { type: type ?? 'Double', digits }, end: at + fraction.length }
}

function integerLiteral(matched: string, suffix: string, at: number): NumberLiteral {
  const digits = matched.slice(0, matched.length - suffix.length).replaceAll('_', '')
  const value = BigInt(digits)
  const marks = suffix.toLowerCase()
  if (value > 0xffff_ffff_ffff_ffffn) {
    throw new FaultAtOffset('CS1021', 'Integral constant is too large.', at)
  }
  return { type: integerType(value, marks), digits: value.toString() }
}

function integerType(value: bigint, marks: string): NumberLiteral['type'] {
  const isUnsigned = marks.includes('u')
  const isLong = marks.includes('l')
  if (!isLong && !isUnsigned && value <= 0x7fff_ffffn) return 'Int32'
  if (!isLong && value <= 0xffff_ffffn) return 'UInt32'
  return !isUnsigned && value <= 0x7fff_ffff_ffff_ffffn ? 'Int64' : 'UInt64'
}
