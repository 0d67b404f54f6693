import { castNumber } from '../../dotnet/numbers.ts'
import type { Type } from '../type-model.ts'

const numbers = new Set([
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
  'Char',
])

/** `default(T)` in generic code. */
export function defaultOf(type: Type | undefined): unknown {
  if (!type || type.kind !== 'struct' || type.definition?.fullName === 'System.Nullable')
    return null
  if (type.name === 'System.Boolean') return false
  const short = type.name.slice('System.'.length)
  if (numbers.has(short)) return zero(short)
  const maker = type.definition?.members().get('default')?.[0]?.run
  return maker ? maker() : null
}

function zero(name: string): unknown {
  switch (name) {
    case 'SByte':
    case 'Byte':
    case 'Int16':
    case 'UInt16':
    case 'UInt32':
    case 'Int64':
    case 'UInt64':
    case 'Single':
    case 'Double':
    case 'Decimal':
    case 'Char':
      return castNumber(0, name)
    default:
      return 0
  }
}
