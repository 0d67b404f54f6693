import {
  bitsToDouble,
  bytesOfValue,
  doubleToBits,
  hexadecimalText,
  valueOfBytes,
} from '../../dotnet/bit-converter.ts'
import { Encoding } from '../../dotnet/encoding.ts'
import { displayText } from '../../dotnet/format.ts'
import { IPAddress } from '../../dotnet/ip-address.ts'
import { htmlDecode, htmlEncode, urlDecode, urlEncode } from '../../dotnet/web-utility.ts'
import { DotnetEnum, doubleOf } from '../../dotnet/value.ts'
import {
  declareEnum,
  declareType,
  type Implementation,
  type TypeDeclaration,
} from '../type-model.ts'
import { bytes, double, instance, int, items, long, reference, textOrNull } from './guards.ts'
import { enumerate } from '../../dotnet/sequence.ts'
import { DotnetArray } from '../../dotnet/value.ts'

type Members = Record<string, Implementation>

/** Encodings, BitConverter, WebUtility and IP addresses. */
export const encodingTypes: readonly TypeDeclaration[] = [
  declareType('class System.Text.Encoding', encodingMembers()),
  declareType('static System.BitConverter', bitMembers()),
  declareType('static System.Net.WebUtility', {
    'static string UrlEncode(string value)': (value) => urlEncode(textOrNull(value)),
    'static string UrlDecode(string encodedValue)': (value) => urlDecode(textOrNull(value)),
    'static string HtmlEncode(string value)': (value) => htmlEncode(textOrNull(value)),
    'static string HtmlDecode(string value)': (value) => htmlDecode(textOrNull(value)),
  }),
  declareEnum('System.Net.Sockets.AddressFamily', { InterNetwork: 2, InterNetworkV6: 23 }),
  declareType('class System.Net.IPAddress', {
    'new(byte[] address)': (value) => new IPAddress(bytes(value, 'address')),
    'static IPAddress Parse(string ipString)': (value) => IPAddress.parse(textOrNull(value)),
    'static bool TryParse(string ipString, out IPAddress address)': (value, out) => {
      const found = IPAddress.tryParse(textOrNull(value))
      reference(out).value = found ?? null
      return found !== undefined
    },
    'static bool IsLoopback(IPAddress address)': (value) =>
      IPAddress.isLoopback(instance(value, IPAddress)),
    'static IPAddress Loopback': () => IPAddress.parse('127.0.0.1'),
    'static IPAddress Any': () => IPAddress.parse('0.0.0.0'),
    'static IPAddress Broadcast': () => IPAddress.parse('255.255.255.255'),
    'static IPAddress None': () => IPAddress.parse('255.255.255.255'),
    'static IPAddress IPv6Any': () => IPAddress.parse('::'),
    'static IPAddress IPv6Loopback': () => IPAddress.parse('::1'),
    'System.Net.Sockets.AddressFamily AddressFamily': (self) => {
      const family = instance(self, IPAddress).addressFamily
      return new DotnetEnum(
        'System.Net.Sockets.AddressFamily',
        family,
        family === 'InterNetwork' ? 2 : 23,
      )
    },
    'bool IsIPv4MappedToIPv6': (self) => instance(self, IPAddress).isIPv4MappedToIPv6,
    'byte[] GetAddressBytes()': (self) => instance(self, IPAddress).getAddressBytes(),
    'IPAddress MapToIPv4()': (self) => instance(self, IPAddress).mapToIPv4(),
    'IPAddress MapToIPv6()': (self) => instance(self, IPAddress).mapToIPv6(),
  }),
]

function encodingMembers(): Members {
  const encoding = (value: unknown): Encoding => instance(value, Encoding)
  const members: Members = {
    'static Encoding GetEncoding(string name)': (name) => Encoding.byName(textOrNull(name)),
    'static Encoding GetEncoding(int codepage)': (page) => Encoding.byCodePage(int(page)),
    'byte[] GetBytes(string s)': (self, value) => encoding(self).getBytes(textOrNull(value)),
    'byte[] GetBytes(char[] chars)': (self, chars) =>
      encoding(self).getBytes(items(chars).map(displayText).join('')),
    'int GetByteCount(string s)': (self, value) => encoding(self).getByteCount(textOrNull(value)),
    'string GetString(byte[] bytes)': (self, value) =>
      encoding(self).getString(bytes(value, 'bytes')),
    'string GetString(byte[] bytes, int index, int count)': (self, value, index, count) =>
      encoding(self).getString(bytes(value, 'bytes'), int(index), int(count)),
    'char[] GetChars(byte[] bytes)': (self, value) =>
      new DotnetArray('System.Char', [
        ...enumerate(encoding(self).getString(bytes(value, 'bytes'))),
      ]),
    'int GetCharCount(byte[] bytes)': (self, value) =>
      encoding(self).getCharCount(bytes(value, 'bytes')),
    'byte[] GetPreamble()': (self) => encoding(self).getPreamble(),
    'string WebName': (self) => encoding(self).webName,
    'string BodyName': (self) => encoding(self).webName,
    'string HeaderName': (self) => encoding(self).webName,
    'string EncodingName': (self) => encoding(self).encodingName,
    'int CodePage': (self) => encoding(self).codePage,
    'static byte[] Convert(Encoding srcEncoding, Encoding dstEncoding, byte[] bytes)': (
      from,
      to,
      value,
    ) => encoding(to).getBytes(encoding(from).getString(bytes(value, 'bytes'))),
  }
  const known = {
    UTF8: 'utf-8',
    ASCII: 'us-ascii',
    Unicode: 'utf-16',
    BigEndianUnicode: 'utf-16BE',
    UTF32: 'utf-32',
    UTF7: 'utf-7',
    Default: 'utf-8',
  } as const
  for (const [name, kind] of Object.entries(known)) {
    const made = new Encoding(kind)
    members[`static Encoding ${name}`] = () => made
  }
  return members
}

function bitMembers(): Members {
  const members: Members = {
    'static bool IsLittleEndian': () => true,
    'static string ToString(byte[] value)': (value) => hexadecimalText(bytes(value, 'value')),
    'static string ToString(byte[] value, int startIndex)': (value, start) =>
      hexadecimalText(bytes(value, 'value'), int(start)),
    'static string ToString(byte[] value, int startIndex, int length)': (value, start, length) =>
      hexadecimalText(bytes(value, 'value'), int(start), int(length)),
    'static long DoubleToInt64Bits(double value)': (value) => doubleToBits(double(value)),
    'static double Int64BitsToDouble(long value)': (value) => doubleOf(bitsToDouble(long(value))),
  }
  const kinds = [
    ['Boolean', 'bool'],
    ['Char', 'char'],
    ['Int16', 'short'],
    ['UInt16', 'ushort'],
    ['Int32', 'int'],
    ['UInt32', 'uint'],
    ['Int64', 'long'],
    ['UInt64', 'ulong'],
    ['Single', 'float'],
    ['Double', 'double'],
  ] as const
  for (const [kind, keyword] of kinds) {
    members[`static byte[] GetBytes(${keyword} value)`] = (value) => bytesOfValue(value)
    members[`static ${keyword} To${kind}(byte[] value, int startIndex)`] = (value, start) =>
      valueOfBytes(bytes(value, 'value'), int(start), kind)
  }
  return members
}
