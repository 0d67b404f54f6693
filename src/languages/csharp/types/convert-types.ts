import { fromBase64, toBase64 } from '../../dotnet/base64.ts'
import * as convert from '../../dotnet/convert.ts'
import { displayText } from '../../dotnet/format.ts'
import type { Implementation } from '../type-model.ts'
import { bytes, enumName, int, items, number, textOrNull } from './guards.ts'

type Members = Record<string, Implementation>

const integerKeywords = [
  ['SByte', 'sbyte'],
  ['Byte', 'byte'],
  ['Int16', 'short'],
  ['UInt16', 'ushort'],
  ['Int32', 'int'],
  ['UInt32', 'uint'],
  ['Int64', 'long'],
  ['UInt64', 'ulong'],
] as const
const realKeywords = [
  ['Single', 'float'],
  ['Double', 'double'],
  ['Decimal', 'decimal'],
] as const

/** The members of Convert. */
export function convertMembers(): Members {
  const members: Members = {
    'static string ToBase64String(byte[] inArray)': (value) => toBase64(bytes(value, 'inArray')),
    'static string ToBase64String(byte[] inArray, Base64FormattingOptions options)': (
      value,
      options,
    ) =>
      toBase64(bytes(value, 'inArray'), { lineBreaks: enumName(options) === 'InsertLineBreaks' }),
    'static string ToBase64String(byte[] inArray, int offset, int length)': (
      value,
      offset,
      length,
    ) => toBase64(bytes(value, 'inArray'), { offset: int(offset), length: int(length) }),
    'static byte[] FromBase64String(string s)': (value) => fromBase64(textOrNull(value)),
    'static bool ToBoolean(object value)': (value) => convert.convertToBoolean(value),
    'static bool ToBoolean(string value)': (value) => convert.convertToBoolean(value),
    'static char ToChar(object value)': (value) => convert.convertToChar(value),
    'static DateTime ToDateTime(object value)': (value) => convert.convertToDateTime(value),
    'static DateTime ToDateTime(string value)': (value) => convert.convertToDateTime(value),
    'static bool ToBoolean(string value, System.IFormatProvider provider)': (value) =>
      convert.convertToBoolean(value),
    'static DateTime ToDateTime(string value, System.IFormatProvider provider)': (value) =>
      convert.convertToDateTime(value),
    'static string ToString(object value, System.IFormatProvider provider)': (value) =>
      convert.convertToText(value),
    'static byte[] FromBase64CharArray(char[] inArray, int offset, int length)': (
      chars,
      offset,
      length,
    ) =>
      fromBase64(
        items(chars)
          .slice(int(offset), int(offset) + int(length))
          .map(displayText)
          .join(''),
      ),
    'static string ToBase64String(byte[] inArray, int offset, int length, Base64FormattingOptions options)':
      (value, offset, length, options) =>
        toBase64(bytes(value, 'inArray'), {
          offset: int(offset),
          length: int(length),
          lineBreaks: enumName(options) === 'InsertLineBreaks',
        }),
    'static string ToString(object value)': (value) => convert.convertToText(value),
    'static string ToString(string value)': (value) => value,
    'static bool IsDBNull(object value)': () => false,
  }
  for (const [kind, keyword] of [...integerKeywords, ...realKeywords]) {
    members[`static ${keyword} To${kind}(object value)`] = (value) =>
      convert.convertToNumber(value, kind)
    members[`static ${keyword} To${kind}(string value)`] = (value) =>
      convert.convertToNumber(value, kind)
    members[`static ${keyword} To${kind}(string value, System.IFormatProvider provider)`] = (
      value,
    ) => convert.convertToNumber(value, kind)
  }
  for (const [kind, keyword] of integerKeywords) {
    members[`static ${keyword} To${kind}(string value, int fromBase)`] = (value, base) =>
      convert.numberInBase(textOrNull(value), int(base), kind)
    if (['Byte', 'Int16', 'Int32', 'Int64'].includes(kind)) {
      members[`static string ToString(${keyword} value, int toBase)`] = (value, base) =>
        convert.textInBase(number(value), int(base))
    }
  }
  return members
}
