import { decimalLiteral } from '../dotnet/decimal.ts'
import { makeInteger } from '../dotnet/numbers.ts'
import { charOf, DotnetNumber } from '../dotnet/value.ts'
import type { NumberLiteral } from './number-literal.ts'
import type { ExpressionSyntax } from './syntax.ts'

/** The value of a literal; undefined for any other expression. */
export function constantOf(syntax: ExpressionSyntax): { readonly value: unknown } | undefined {
  if (syntax.kind === 'null') return { value: null }
  if (syntax.kind === 'boolean' || syntax.kind === 'string') return { value: syntax.value }
  if (syntax.kind === 'char') return { value: charOf(syntax.value.charCodeAt(0)) }
  return syntax.kind === 'number' ? { value: numberValue(syntax.number) } : undefined
}

/** The value of a numeric literal. */
function numberValue(literal: NumberLiteral): unknown {
  switch (literal.type) {
    case 'Int32':
    case 'UInt32':
    case 'Int64':
    case 'UInt64':
      return makeInteger(literal.type, BigInt(literal.digits))
    case 'Single':
      return new DotnetNumber('Single', Math.fround(Number(literal.digits)))
    case 'Double':
      return new DotnetNumber('Double', Number(literal.digits))
    case 'Decimal':
      return decimalLiteral(literal.digits)
  }
}
