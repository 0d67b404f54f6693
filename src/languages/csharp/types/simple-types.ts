import { Guid } from '../../dotnet/guid.ts'
import { Random } from '../../dotnet/random.ts'
import { doubleOf } from '../../dotnet/value.ts'
import {
  declareEnum,
  declareType,
  type Implementation,
  type TypeDeclaration,
} from '../type-model.ts'
import { convertMembers } from './convert-types.ts'
import { bytes, given, instance, int, reference, textOrNull } from './guards.ts'
import { mathMembers } from './math-types.ts'
import { uriMembers } from './uri-types.ts'

type Members = Record<string, Implementation>

/** Math, Convert, Guid, Random and Uri. */
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
]

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
    'new(int a, short b, short c, byte[] d)': (first, second, ...[third, rest]) =>
      guidOf([
        [int(first), 4],
        [int(second), 2],
        [int(third), 2],
        ...Array.from(bytes(rest, 'd'), (byte): [number, number] => [byte, 1]),
      ]),
    'static bool TryParseExact(string input, string format, out Guid result)': (
      value,
      format,
      out,
    ) => {
      const found = Guid.tryParse(textOrNull(value))
      const fits =
        found?.format(textOrNull(format)).toLowerCase() === textOrNull(value)?.toLowerCase()
      reference(out).value = found && fits ? found : Guid.empty
      return found !== undefined && fits
    },
    'string ToString()': (self) => guid(self).toString(),
    'string ToString(string format, System.IFormatProvider provider)': (self, format) =>
      guid(self).format(textOrNull(format)),
    'byte[] ToByteArray()': (self) => guid(self).toByteArray(),
    'string ToString(string format)': (self, format) => guid(self).format(textOrNull(format)),
    'bool Equals(Guid g)': (self, other) => guid(self).equals(other),
    'int CompareTo(Guid value)': (self, other) => guid(self).compareTo(other),
    'static bool operator ==(Guid a, Guid b)': (left, right) => guid(left).equals(right),
    'static bool operator !=(Guid a, Guid b)': (left, right) => !guid(left).equals(right),
  }
}

function guidOf(fields: readonly (readonly [value: number, size: number])[]): Guid {
  const digits = fields.map(([value, size]) =>
    BigInt.asUintN(size * 8, BigInt(value))
      .toString(16)
      .padStart(size * 2, '0'),
  )
  return Guid.parse(digits.join(''))
}
