import { DotnetException } from './exceptions.ts'
import type { DotnetObject } from './value.ts'

/** The numeric types of C#, in no order. */
export type NumericKind =
  | 'SByte'
  | 'Byte'
  | 'Int16'
  | 'UInt16'
  | 'Int32'
  | 'UInt32'
  | 'Int64'
  | 'UInt64'
  | 'Single'
  | 'Double'
  | 'Decimal'

/** The whole-number types. */
export type IntegerKind = Exclude<NumericKind, 'Single' | 'Double' | 'Decimal'>

const numericNames: ReadonlySet<string> = new Set<NumericKind>([
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
])

/** True for the name of a numeric type without its namespace. */
export function isNumericName(name: string): name is NumericKind {
  return numericNames.has(name)
}

/** True for a value that knows its type's name. */
function isDotnetObject(value: unknown): value is DotnetObject {
  return typeof value === 'object' && value !== null && 'typeName' in value
}

/** The full name of a value's run-time type, as `GetType().ToString()` without the assembly; `null` for null. */
export function typeNameOf(value: unknown): string {
  if (typeof value === 'string') return 'System.String'
  if (typeof value === 'number') return 'System.Int32'
  if (typeof value === 'boolean') return 'System.Boolean'
  if (typeof value === 'bigint') return 'System.Int64'
  if (typeof value === 'function') return 'System.Delegate'
  return typeNameOfObject(value)
}

function typeNameOfObject(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (value instanceof Uint8Array) return 'System.Byte[]'
  if (value instanceof DotnetException) return value.typeName
  if (isDotnetObject(value)) return value.typeName
  return 'System.Object'
}

/** The type arguments in the name of a closed generic type: `X<A,Y<B>>` gives `A` and `Y<B>`. */
export function typeArguments(typeName: string): readonly string[] {
  const open = typeName.indexOf('<')
  if (open < 0) return []
  const inner = typeName.slice(open + 1, typeName.lastIndexOf('>'))
  const found: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < inner.length; index += 1) {
    const character = inner[index]
    if (character === '<' || character === '[') depth += 1
    else if (character === '>' || character === ']') depth -= 1
    else if (character === ',' && depth === 0) {
      found.push(inner.slice(start, index).trim())
      start = index + 1
    }
  }
  found.push(inner.slice(start).trim())
  return found
}

/** A type's name without its type arguments. */
export function genericName(typeName: string): string {
  const open = typeName.indexOf('<')
  return open < 0 ? typeName : typeName.slice(0, open)
}
