import type { Type } from './type-model.ts'

const keywords: Readonly<Record<string, string>> = {
  'System.Boolean': 'bool',
  'System.Byte': 'byte',
  'System.Char': 'char',
  'System.Decimal': 'decimal',
  'System.Double': 'double',
  'System.Single': 'float',
  'System.Int32': 'int',
  'System.Int64': 'long',
  'System.Object': 'object',
  'System.SByte': 'sbyte',
  'System.Int16': 'short',
  'System.String': 'string',
  'System.UInt32': 'uint',
  'System.UInt64': 'ulong',
  'System.UInt16': 'ushort',
}

/** A type as messages show it. */
export function typeText(type: Type): string {
  if (type.element) return `${typeText(type.element)}[${','.repeat(type.rank - 1)}]`
  if (type.definition?.fullName === 'System.Nullable' && type.arguments[0])
    return `${typeText(type.arguments[0])}?`
  if (type.kind === 'anonymous') return '<anonymous type>'
  if (type.kind === 'special') return type.name === 'null' ? '<null>' : type.name
  const name = keywords[type.name] ?? type.definition?.shortName ?? type.name
  return type.arguments.length > 0 ? `${name}<${type.arguments.map(typeText).join(', ')}>` : name
}
