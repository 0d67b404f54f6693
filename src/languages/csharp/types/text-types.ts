import { displayText, formatComposite, newLine } from '../../dotnet/format.ts'
import { StringBuilder } from '../../dotnet/string-builder.ts'
import { StringReader, StringWriter } from '../../dotnet/string-reader.ts'
import { DotnetChar } from '../../dotnet/value.ts'
import { setElement } from '../arrays.ts'
import { declareType, type Implementation, type TypeDeclaration } from '../type-model.ts'
import { charOf } from '../../dotnet/value.ts'
import { char, given, instance, int, items, textOrNull } from './guards.ts'

type Members = Record<string, Implementation>

const appended = [
  'string',
  'char',
  'bool',
  'byte',
  'sbyte',
  'short',
  'ushort',
  'int',
  'uint',
  'long',
  'ulong',
  'float',
  'double',
  'decimal',
  'object',
]

/** StringBuilder, StringReader and StringWriter. */
export const textTypes: readonly TypeDeclaration[] = [
  declareType('class System.Text.StringBuilder', builderMembers()),
  declareType('class System.IO.StringReader : System.IDisposable', {
    'new(string s)': (value) => new StringReader(given(value, 's')),
    'string ReadLine()': (self) => instance(self, StringReader).readLine(),
    'string ReadToEnd()': (self) => instance(self, StringReader).readToEnd(),
    'int Read()': (self) => instance(self, StringReader).read(),
    'int Peek()': (self) => instance(self, StringReader).peek(),
    'int Read(char[] buffer, int index, int count)': readChars,
    'int ReadBlock(char[] buffer, int index, int count)': readChars,
    'void Close()': (self) => instance(self, StringReader).dispose(),
  }),
  declareType('class System.IO.StringWriter : System.IDisposable', {
    'new()': () => new StringWriter(),
    'new(StringBuilder sb)': (builder) => new StringWriter(instance(builder, StringBuilder)),
    'StringBuilder GetStringBuilder()': (self) => instance(self, StringWriter).builder,
    'string NewLine': () => newLine,
    'string ToString()': (self) => instance(self, StringWriter).toString(),
    'void WriteLine(string value)': (self, value) => instance(self, StringWriter).writeLine(value),
    'void WriteLine(string format, params object[] arg)': (self, format, list) =>
      instance(self, StringWriter).writeLine(formatComposite(given(format, 'format'), items(list))),
    'void Write(char[] buffer)': (self, buffer) =>
      instance(self, StringWriter).write(items(buffer).map(displayText).join('')),
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

function readChars(self: unknown, buffer: unknown, ...[index, count]: readonly unknown[]): number {
  const reader = instance(self, StringReader)
  let read = 0
  while (read < int(count) && reader.peek() >= 0) {
    setElement(buffer, int(index) + read, charOf(reader.read()))
    read += 1
  }
  return read
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
    ...replacing(builder),
    'StringBuilder Remove(int startIndex, int length)': (self, start, length) =>
      builder(self).remove(int(start), int(length)),
    'StringBuilder Append(char[] value, int startIndex, int charCount)': (
      self,
      value,
      start,
      count,
    ) =>
      builder(self).append(
        items(value)
          .slice(int(start), int(start) + int(count))
          .map(displayText)
          .join(''),
      ),
    'StringBuilder Insert(int index, char[] value)': (self, index, value) =>
      builder(self).insert(int(index), items(value).map(displayText).join('')),
    'StringBuilder Insert(int index, string value, int count)': (self, index, value, count) =>
      builder(self).insert(int(index), (textOrNull(value) ?? '').repeat(int(count))),
    'int EnsureCapacity(int capacity)': (self, capacity) =>
      Math.max(int(capacity), builder(self).capacity),
    'int MaxCapacity': () => 2_147_483_647,
    'string ToString()': (self) => builder(self).toString(),
    'StringBuilder Clear()': (self) => builder(self).clear(),
    'string ToString(int startIndex, int length)': (self, start, length) =>
      builder(self).part(int(start), int(length)),
    'bool Equals(StringBuilder sb)': (self, other) =>
      builder(self).sameText(other instanceof StringBuilder ? other : null),
  }
  for (const keyword of appended) {
    members[`StringBuilder Append(${keyword} value)`] = (self, value) => builder(self).append(value)
  }
  return members
}

function replacing(builder: (value: unknown) => StringBuilder): Members {
  return {
    'StringBuilder Replace(string oldValue, string newValue)': (self, from, to) =>
      builder(self).replace(part(from), part(to)),
    'StringBuilder Replace(char oldChar, char newChar)': (self, from, to) =>
      builder(self).replace(part(from), part(to)),
    'StringBuilder Replace(string oldValue, string newValue, int startIndex, int count)': (
      self,
      from,
      ...[to, start, count]
    ) => builder(self).replaceIn([given(from, 'oldValue'), part(to)], int(start), int(count)),
    'StringBuilder Replace(char oldChar, char newChar, int startIndex, int count)': (
      self,
      from,
      ...[to, start, count]
    ) => builder(self).replaceIn([char(from), char(to)], int(start), int(count)),
  }
}
