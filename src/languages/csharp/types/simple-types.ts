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
import { fromBase64, toBase64 } from '../../dotnet/base64.ts'
import * as convert from '../../dotnet/convert.ts'
import * as decimals from '../../dotnet/decimal.ts'
import { displayText } from '../../dotnet/format.ts'
import { Guid } from '../../dotnet/guid.ts'
import { isNumeric, type NumericValue } from '../../dotnet/numbers.ts'
import { Random } from '../../dotnet/random.ts'
import { StringBuilder } from '../../dotnet/string-builder.ts'
import { StringReader, StringWriter } from '../../dotnet/string-reader.ts'
import { escapeDataString, escapeUriString, unescapeDataString } from '../../dotnet/uri-escape.ts'
import { Uri, type UriPartial } from '../../dotnet/uri.ts'
import { DotnetChar, doubleOf } from '../../dotnet/value.ts'
import { systemException } from '../../dotnet/exceptions.ts'
import {
  declareEnum,
  declareType,
  type Implementation,
  type TypeDeclaration,
} from '../type-model.ts'
import {
  bytes,
  char,
  decimal,
  double,
  enumName,
  given,
  instance,
  int,
  items,
  long,
  reference,
  textOrNull,
} from './guards.ts'

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

function number(value: unknown): NumericValue {
  if (isNumeric(value)) return value
  throw systemException('InvalidCastException')
}

/** Math, Convert, Guid, Random, Uri, StringBuilder, readers and writers. */
export const simpleTypes: readonly TypeDeclaration[] = [
  declareType('static System.Math', mathMembers()),
  declareType('static System.Convert', convertMembers()),
  declareEnum('System.Base64FormattingOptions', { None: 0, InsertLineBreaks: 1 }),
  declareType('struct System.Guid : System.IComparable', guidMembers()),
  declareType('class System.Random', {
    'new()': () => new Random(),
    'new(int Seed)': (seed) => new Random(int(seed)),
    'int Next()': (self) => instance(self, Random).next(),
    'int Next(int maxValue)': (self, max) => instance(self, Random).nextBelow(int(max)),
    'int Next(int minValue, int maxValue)': (self, min, max) =>
      instance(self, Random).nextBetween(int(min), int(max)),
    'double NextDouble()': (self) => doubleOf(instance(self, Random).nextDouble()),
    'void NextBytes(byte[] buffer)': (self, buffer) =>
      instance(self, Random).nextBytes(bytes(buffer)),
  }),
  declareEnum('System.UriPartial', { Scheme: 0, Authority: 1, Path: 2, Query: 3 }),
  declareType('class System.Uri', uriMembers()),
  declareType('class System.Text.StringBuilder', builderMembers()),
  declareType('class System.IO.StringReader : System.IDisposable', {
    'new(string s)': (value) => new StringReader(given(value, 's')),
    'string ReadLine()': (self) => instance(self, StringReader).readLine(),
    'string ReadToEnd()': (self) => instance(self, StringReader).readToEnd(),
    'int Read()': (self) => instance(self, StringReader).read(),
    'int Peek()': (self) => instance(self, StringReader).peek(),
    'void Close()': (self) => instance(self, StringReader).dispose(),
  }),
  declareType('class System.IO.StringWriter : System.IDisposable', {
    'new()': () => new StringWriter(),
    'void Write(string value)': (self, value) => instance(self, StringWriter).write(value),
    'void Write(object value)': (self, value) => instance(self, StringWriter).write(value),
    'void Write(string format, params object[] arg)': (self, format, list) =>
      instance(self, StringWriter).writeFormat(given(format, 'format'), items(list)),
    'void WriteLine()': (self) => instance(self, StringWriter).writeLine(),
    'void WriteLine(object value)': (self, value) => instance(self, StringWriter).writeLine(value),
    'void Flush()': () => null,
    'void Close()': (self) => instance(self, StringWriter).dispose(),
  }),
]

function mathMembers(): Members {
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
    ...roundMembers(),
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

function convertMembers(): Members {
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

function guidMembers(): Members {
  const guid = (value: unknown): Guid => instance(value, Guid)
  return {
    'new()': () => Guid.empty,
    'new(string g)': (value) => Guid.parse(textOrNull(value)),
    'new(byte[] b)': (value) => Guid.fromBytes(bytes(value, 'b')),
    default: () => Guid.empty,
    'static Guid Empty': () => Guid.empty,
    'static Guid NewGuid()': () => Guid.newGuid(),
    'static Guid Parse(string input)': (value) => Guid.parse(textOrNull(value)),
    'static Guid ParseExact(string input, string format)': (value, format) =>
      Guid.parseExact(textOrNull(value), given(format, 'format')),
    'static bool TryParse(string input, out Guid result)': (value, out) => {
      const found = Guid.tryParse(textOrNull(value))
      reference(out).value = found ?? Guid.empty
      return found !== undefined
    },
    'byte[] ToByteArray()': (self) => guid(self).toByteArray(),
    'string ToString(string format)': (self, format) => guid(self).format(textOrNull(format)),
    'bool Equals(Guid g)': (self, other) => guid(self).equals(other),
    'int CompareTo(Guid value)': (self, other) => guid(self).compareTo(other),
    'static bool operator ==(Guid a, Guid b)': (left, right) => guid(left).equals(right),
    'static bool operator !=(Guid a, Guid b)': (left, right) => !guid(left).equals(right),
  }
}

function partial(value: unknown): UriPartial {
  const name = enumName(value)
  return name === 'Scheme' || name === 'Authority' || name === 'Path' ? name : 'Query'
}

function uriMembers(): Members {
  const uri = (value: unknown): Uri => instance(value, Uri)
  return {
    'new(string uriString)': (value) => new Uri(textOrNull(value)),
    'new(Uri baseUri, string relativeUri)': (base, relative) =>
      Uri.resolve(base instanceof Uri ? base : null, textOrNull(relative)),
    'new(Uri baseUri, Uri relativeUri)': (base, relative) =>
      Uri.resolve(base instanceof Uri ? base : null, relative instanceof Uri ? relative : null),
    'static string EscapeDataString(string stringToEscape)': (value) =>
      escapeDataString(textOrNull(value)),
    'static string EscapeUriString(string stringToEscape)': (value) =>
      escapeUriString(textOrNull(value)),
    'static string UnescapeDataString(string stringToUnescape)': (value) =>
      unescapeDataString(textOrNull(value)),
    'static bool IsHexDigit(char character)': (value) => /[\dA-Fa-f]/.test(char(value).text),
    'static bool CheckSchemeName(string schemeName)': (value) =>
      Uri.checkSchemeName(textOrNull(value)),
    'string AbsoluteUri': (self) => uri(self).absoluteUri,
    'string AbsolutePath': (self) => uri(self).absolutePath,
    'string Authority': (self) => uri(self).authority,
    'string DnsSafeHost': (self) => uri(self).dnsSafeHost,
    'string Fragment': (self) => uri(self).fragment,
    'string Host': (self) => uri(self).host,
    'bool IsAbsoluteUri': (self) => uri(self).isAbsoluteUri,
    'bool IsDefaultPort': (self) => uri(self).isDefaultPort,
    'bool IsFile': (self) => uri(self).isFile,
    'bool IsLoopback': (self) => uri(self).isLoopback,
    'string LocalPath': (self) => uri(self).localPath,
    'string OriginalString': (self) => uri(self).originalString,
    'string PathAndQuery': (self) => uri(self).pathAndQuery,
    'int Port': (self) => uri(self).port,
    'string Query': (self) => uri(self).query,
    'string Scheme': (self) => uri(self).scheme,
    'string[] Segments': (self) => uri(self).segments,
    'string UserInfo': (self) => uri(self).userInfo,
    'string GetLeftPart(UriPartial part)': (self, part) => uri(self).getLeftPart(partial(part)),
    'bool IsBaseOf(Uri uri)': (self, other) => uri(self).isBaseOf(uri(other)),
    'static bool operator ==(Uri a, Uri b)': sameUri,
    'static bool operator !=(Uri a, Uri b)': (left, right) => !sameUri(left, right),
  }
}

function sameUri(left: unknown, right: unknown): boolean {
  return left instanceof Uri ? left.equals(right) : left === right
}

function part(value: unknown): string | DotnetChar | null {
  return value instanceof DotnetChar ? value : textOrNull(value)
}

function builderMembers(): Members {
  const builder = (value: unknown): StringBuilder => instance(value, StringBuilder)
  const members: Members = {
    'new()': () => new StringBuilder(),
    'new(string value)': (value) => new StringBuilder(textOrNull(value)),
    'new(int capacity)': (capacity) => new StringBuilder(null, int(capacity)),
    'new(string value, int capacity)': (value, capacity) =>
      new StringBuilder(textOrNull(value), int(capacity)),
    'int Length': (self) => builder(self).length,
    'set int Length': (self, value) => {
      builder(self).length = int(value)
    },
    'int Capacity': (self) => builder(self).capacity,
    'char this[int index]': (self, index) => builder(self).get(int(index)),
    'set char this[int index]': (self, index, value) => builder(self).set(int(index), char(value)),
    'StringBuilder Append(char value, int repeatCount)': (self, value, count) =>
      builder(self).appendRepeated(char(value), int(count)),
    'StringBuilder Append(string value, int startIndex, int count)': (self, value, start, count) =>
      builder(self).appendPart(textOrNull(value), int(start), int(count)),
    'StringBuilder Append(char[] value)': (self, value) =>
      builder(self).append(value === null ? null : items(value).map(displayText).join('')),
    'StringBuilder AppendLine()': (self) => builder(self).appendLine(),
    'StringBuilder AppendLine(string value)': (self, value) =>
      builder(self).appendLine(textOrNull(value)),
    'StringBuilder AppendFormat(string format, params object[] args)': (self, format, list) =>
      builder(self).appendFormat(given(format, 'format'), items(list)),
    'StringBuilder Insert(int index, object value)': (self, index, value) =>
      builder(self).insert(int(index), value),
    'StringBuilder Remove(int startIndex, int length)': (self, start, length) =>
      builder(self).remove(int(start), int(length)),
    'StringBuilder Replace(string oldValue, string newValue)': (self, from, to) =>
      builder(self).replace(part(from), part(to)),
    'StringBuilder Replace(char oldChar, char newChar)': (self, from, to) =>
      builder(self).replace(part(from), part(to)),
    'StringBuilder Clear()': (self) => builder(self).clear(),
    'string ToString(int startIndex, int length)': (self, start, length) =>
      builder(self).part(int(start), int(length)),
    'bool Equals(StringBuilder sb)': (self, other) =>
      builder(self).sameText(other instanceof StringBuilder ? other : null),
  }
  for (const keyword of ['string', 'char', 'bool', 'int', 'long', 'double', 'decimal', 'object']) {
    members[`StringBuilder Append(${keyword} value)`] = (self, value) => builder(self).append(value)
  }
  return members
}
