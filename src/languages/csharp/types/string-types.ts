import {
  compareOrdinal,
  compareStrings,
  equalStrings,
  stringComparer,
  type StringComparison,
} from '../../dotnet/comparison.ts'
import { argumentNull } from '../../dotnet/exceptions.ts'
import { formatComposite } from '../../dotnet/format.ts'
import { toLowerInvariant, toUpperInvariant } from '../../dotnet/letter-case.ts'
import { enumerate } from '../../dotnet/sequence.ts'
import { split } from '../../dotnet/string-split.ts'
import * as strings from '../../dotnet/string.ts'
import { DotnetArray, DotnetChar } from '../../dotnet/value.ts'
import { declareType, type TypeDeclaration } from '../type-model.ts'
import {
  bool,
  char,
  comparison,
  enumName,
  given,
  instance,
  instanceOrNull,
  int,
  items,
  text,
  textOrNull,
} from './guards.ts'

/** System.String and System.StringComparer. */
export const stringTypes: readonly TypeDeclaration[] = [
  declareType('class System.String : IEnumerable<char>, System.IComparable', {
    ...construction(),
    ...searching(),
    ...changing(),
    ...splitting(),
    ...comparing(),
    ...joining(),
    'static string Empty': () => '',
    'int Length': (self) => text(self).length,
    'char this[int index]': (self, index) => strings.charOfText(text(self), int(index)),
    'string ToString()': (self) => self,
    'string ToString(System.IFormatProvider provider)': (self) => self,
    'object Clone()': (self) => self,
    'char[] ToCharArray()': (self) => strings.toCharArray(text(self)),
    'char[] ToCharArray(int startIndex, int length)': (self, start, length) =>
      strings.toCharArray(text(self), int(start), int(length)),
    'void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count)': (
      self,
      start,
      ...[target, at, count]
    ) => {
      const chars = strings.toCharArray(text(self), int(start), int(count)).items
      instance(target, DotnetArray).items.splice(int(at), chars.length, ...chars)
    },
  }),
  declareType('class System.StringComparer : IEqualityComparer<string>, IComparer<string>', {
    'static StringComparer Ordinal': () => stringComparer('Ordinal'),
    'static StringComparer OrdinalIgnoreCase': () => stringComparer('OrdinalIgnoreCase'),
    'static StringComparer InvariantCulture': () => stringComparer('InvariantCulture'),
    'static StringComparer InvariantCultureIgnoreCase': () =>
      stringComparer('InvariantCultureIgnoreCase'),
    'static StringComparer CurrentCulture': () => stringComparer('CurrentCulture'),
    'static StringComparer CurrentCultureIgnoreCase': () =>
      stringComparer('CurrentCultureIgnoreCase'),
  }),
]

type Members = TypeDeclaration['members']

function construction(): Members {
  return {
    'new(char c, int count)': (value, count) => strings.repeatChar(char(value), int(count)),
    'new(char[] value)': (value) => strings.textOfChars(instanceOrNull(value, DotnetArray)),
    'new(char[] value, int startIndex, int length)': (value, start, length) =>
      strings.textOfChars(instanceOrNull(value, DotnetArray), int(start), int(length)),
    'static string Copy(string str)': (value) => given(value, 'str'),
    'static string Intern(string str)': (value) => given(value, 'str'),
    'static string IsInterned(string str)': (value) => given(value, 'str'),
    'static bool IsNullOrEmpty(string value)': (value) => strings.isNullOrEmpty(textOrNull(value)),
    'static bool IsNullOrWhiteSpace(string value)': (value) =>
      strings.isNullOrWhiteSpace(textOrNull(value)),
  }
}

function cultureComparison(ignoresCase: unknown): StringComparison {
  return bool(ignoresCase) ? 'CurrentCultureIgnoreCase' : 'CurrentCulture'
}

function part(value: unknown): string | DotnetChar | null {
  return value instanceof DotnetChar ? value : textOrNull(value)
}

function searching(): Members {
  return {
    'bool Contains(string value)': (self, value) => strings.contains(text(self), given(value)),
    'bool StartsWith(string value)': (self, value) => strings.startsWith(text(self), given(value)),
    'bool StartsWith(string value, StringComparison comparisonType)': (self, value, how) =>
      strings.startsWith(text(self), given(value), comparison(how)),
    'bool EndsWith(string value)': (self, value) => strings.endsWith(text(self), given(value)),
    'bool EndsWith(string value, StringComparison comparisonType)': (self, value, how) =>
      strings.endsWith(text(self), given(value), comparison(how)),
    'bool StartsWith(string value, bool ignoreCase, System.IFormatProvider culture)': (
      self,
      value,
      ignore,
    ) => strings.startsWith(text(self), given(value), cultureComparison(ignore)),
    'bool EndsWith(string value, bool ignoreCase, System.IFormatProvider culture)': (
      self,
      value,
      ignore,
    ) => strings.endsWith(text(self), given(value), cultureComparison(ignore)),
    ...searchingForward(),
    ...searchingBackward(),
    ...searchingAny(),
  }
}

function searchingForward(): Members {
  return {
    'int IndexOf(char value)': (self, value) =>
      strings.indexOf(text(self), char(value), { comparison: 'Ordinal' }),
    'int IndexOf(char value, int startIndex)': (self, value, start) =>
      strings.indexOf(text(self), char(value), { start: int(start), comparison: 'Ordinal' }),
    'int IndexOf(char value, int startIndex, int count)': (self, value, start, count) =>
      strings.indexOf(text(self), char(value), {
        start: int(start),
        count: int(count),
        comparison: 'Ordinal',
      }),
    'int IndexOf(string value)': (self, value) => strings.indexOf(text(self), part(value)),
    'int IndexOf(string value, int startIndex)': (self, value, start) =>
      strings.indexOf(text(self), part(value), { start: int(start) }),
    'int IndexOf(string value, int startIndex, int count)': (self, value, start, count) =>
      strings.indexOf(text(self), part(value), { start: int(start), count: int(count) }),
    'int IndexOf(string value, StringComparison comparisonType)': (self, value, how) =>
      strings.indexOf(text(self), part(value), { comparison: comparison(how) }),
    'int IndexOf(string value, int startIndex, StringComparison comparisonType)': (
      self,
      value,
      start,
      how,
    ) =>
      strings.indexOf(text(self), part(value), { start: int(start), comparison: comparison(how) }),
    'int IndexOf(string value, int startIndex, int count, StringComparison comparisonType)': (
      self,
      value,
      ...[start, count, how]
    ) =>
      strings.indexOf(text(self), part(value), {
        start: int(start),
        count: int(count),
        comparison: comparison(how),
      }),
  }
}

function searchingBackward(): Members {
  return {
    'int LastIndexOf(char value)': (self, value) =>
      strings.lastIndexOf(text(self), char(value), { comparison: 'Ordinal' }),
    'int LastIndexOf(char value, int startIndex)': (self, value, start) =>
      strings.lastIndexOf(text(self), char(value), { start: int(start), comparison: 'Ordinal' }),
    'int LastIndexOf(string value)': (self, value) => strings.lastIndexOf(text(self), part(value)),
    'int LastIndexOf(string value, int startIndex)': (self, value, start) =>
      strings.lastIndexOf(text(self), part(value), { start: int(start) }),
    'int LastIndexOf(string value, StringComparison comparisonType)': (self, value, how) =>
      strings.lastIndexOf(text(self), part(value), { comparison: comparison(how) }),
    'int LastIndexOf(char value, int startIndex, int count)': (self, value, start, count) =>
      strings.lastIndexOf(text(self), char(value), {
        start: int(start),
        count: int(count),
        comparison: 'Ordinal',
      }),
    'int LastIndexOf(string value, int startIndex, int count)': (self, value, start, count) =>
      strings.lastIndexOf(text(self), part(value), { start: int(start), count: int(count) }),
    'int LastIndexOf(string value, int startIndex, StringComparison comparisonType)': (
      self,
      value,
      start,
      how,
    ) =>
      strings.lastIndexOf(text(self), part(value), {
        start: int(start),
        comparison: comparison(how),
      }),
    'int LastIndexOf(string value, int startIndex, int count, StringComparison comparisonType)': (
      self,
      value,
      ...[start, count, how]
    ) =>
      strings.lastIndexOf(text(self), part(value), {
        start: int(start),
        count: int(count),
        comparison: comparison(how),
      }),
  }
}

function searchingAny(): Members {
  return {
    'int IndexOfAny(char[] anyOf)': (self, any) =>
      strings.indexOfAny(text(self), instance(any, DotnetArray)),
    'int IndexOfAny(char[] anyOf, int startIndex)': (self, any, start) =>
      strings.indexOfAny(text(self), instance(any, DotnetArray), { start: int(start) }),
    'int IndexOfAny(char[] anyOf, int startIndex, int count)': (self, any, start, count) =>
      strings.indexOfAny(text(self), instance(any, DotnetArray), {
        start: int(start),
        count: int(count),
      }),
    'int LastIndexOfAny(char[] anyOf)': (self, any) =>
      strings.lastIndexOfAny(text(self), instance(any, DotnetArray)),
    'int LastIndexOfAny(char[] anyOf, int startIndex)': (self, any, start) =>
      strings.lastIndexOfAny(text(self), instance(any, DotnetArray), { start: int(start) }),
    'int LastIndexOfAny(char[] anyOf, int startIndex, int count)': (self, any, start, count) =>
      strings.lastIndexOfAny(text(self), instance(any, DotnetArray), {
        start: int(start),
        count: int(count),
      }),
  }
}

function changing(): Members {
  return {
    'string Substring(int startIndex)': (self, start) => strings.substring(text(self), int(start)),
    'string Substring(int startIndex, int length)': (self, start, length) =>
      strings.substring(text(self), int(start), int(length)),
    'string Replace(string oldValue, string newValue)': (self, from, to) =>
      strings.replace(text(self), part(from), part(to)),
    'string Replace(char oldChar, char newChar)': (self, from, to) =>
      strings.replace(text(self), part(from), part(to)),
    'string Remove(int startIndex)': (self, start) => strings.remove(text(self), int(start)),
    'string Remove(int startIndex, int count)': (self, start, count) =>
      strings.remove(text(self), int(start), int(count)),
    'string Insert(int startIndex, string value)': (self, start, value) =>
      strings.insert(text(self), int(start), textOrNull(value)),
    'string PadLeft(int totalWidth)': (self, width) => strings.padLeft(text(self), int(width)),
    'string PadLeft(int totalWidth, char paddingChar)': (self, width, padding) =>
      strings.padLeft(text(self), int(width), char(padding)),
    'string PadRight(int totalWidth)': (self, width) => strings.padRight(text(self), int(width)),
    'string PadRight(int totalWidth, char paddingChar)': (self, width, padding) =>
      strings.padRight(text(self), int(width), char(padding)),
    'string Trim()': (self) => strings.trim(text(self)),
    'string Trim(params char[] trimChars)': (self, chars) =>
      strings.trim(text(self), 'both', instanceOrNull(chars, DotnetArray)),
    'string TrimStart(params char[] trimChars)': (self, chars) =>
      strings.trim(text(self), 'start', instanceOrNull(chars, DotnetArray)),
    'string TrimEnd(params char[] trimChars)': (self, chars) =>
      strings.trim(text(self), 'end', instanceOrNull(chars, DotnetArray)),
    'string ToLower()': (self) => toLowerInvariant(text(self)),
    'string ToUpper()': (self) => toUpperInvariant(text(self)),
    'string ToLowerInvariant()': (self) => toLowerInvariant(text(self)),
    'string ToUpperInvariant()': (self) => toUpperInvariant(text(self)),
    'string Normalize()': (self) => text(self).normalize('NFC'),
    'bool IsNormalized()': (self) => text(self).normalize('NFC') === self,
  }
}

function separators(value: unknown): Iterable<unknown> | null {
  return value instanceof DotnetArray ? value.items : null
}

function splitOptions(value: unknown): { options: 'None' | 'RemoveEmptyEntries' } {
  return { options: enumName(value) === 'RemoveEmptyEntries' ? 'RemoveEmptyEntries' : 'None' }
}

function splitting(): Members {
  return {
    'string[] Split(params char[] separator)': (self, by) => split(text(self), separators(by)),
    'string[] Split(char[] separator, int count)': (self, by, count) =>
      split(text(self), separators(by), { count: int(count) }),
    'string[] Split(char[] separator, StringSplitOptions options)': (self, by, how) =>
      split(text(self), separators(by), splitOptions(how)),
    'string[] Split(char[] separator, int count, StringSplitOptions options)': (
      self,
      by,
      count,
      how,
    ) => split(text(self), separators(by), { count: int(count), ...splitOptions(how) }),
    'string[] Split(string[] separator, StringSplitOptions options)': (self, by, how) =>
      split(text(self), separators(by), splitOptions(how)),
    'string[] Split(string[] separator, int count, StringSplitOptions options)': (
      self,
      by,
      count,
      how,
    ) => split(text(self), separators(by), { count: int(count), ...splitOptions(how) }),
  }
}

function comparing(): Members {
  return {
    'bool Equals(string value)': (self, value) => self === value,
    'bool Equals(string value, StringComparison comparisonType)': (self, value, how) =>
      equalStrings(text(self), textOrNull(value), comparison(how)),
    'static bool Equals(string a, string b)': (left, right) => left === right,
    'static bool Equals(string a, string b, StringComparison comparisonType)': (left, right, how) =>
      equalStrings(textOrNull(left), textOrNull(right), comparison(how)),
    'int CompareTo(string strB)': (self, other) => compareStrings(text(self), textOrNull(other)),
    'static int Compare(string strA, string strB)': (left, right) =>
      compareStrings(textOrNull(left), textOrNull(right)),
    'static int Compare(string strA, string strB, bool ignoreCase)': (left, right, ignore) =>
      compareStrings(textOrNull(left), textOrNull(right), cultureComparison(ignore)),
    'static int Compare(string strA, string strB, bool ignoreCase, System.IFormatProvider culture)':
      (left, right, ignore) =>
        compareStrings(textOrNull(left), textOrNull(right), cultureComparison(ignore)),
    'static int Compare(string strA, string strB, StringComparison comparisonType)': (
      left,
      right,
      how,
    ) => compareStrings(textOrNull(left), textOrNull(right), comparison(how)),
    'static int Compare(string strA, int indexA, string strB, int indexB, int length)': (
      left,
      at,
      ...[right, from, length]
    ) =>
      strings.compareParts(
        { text: textOrNull(left), start: int(at) },
        { text: textOrNull(right), start: int(from) },
        int(length),
      ),
    'static int Compare(string strA, int indexA, string strB, int indexB, int length, bool ignoreCase)':
      (left, at, ...[right, from, length, ignore]) =>
        strings.compareParts(
          { text: textOrNull(left), start: int(at) },
          { text: textOrNull(right), start: int(from) },
          int(length),
          cultureComparison(ignore),
        ),
    'static int Compare(string strA, int indexA, string strB, int indexB, int length, StringComparison comparisonType)':
      (left, at, ...[right, from, length, how]) =>
        strings.compareParts(
          { text: textOrNull(left), start: int(at) },
          { text: textOrNull(right), start: int(from) },
          int(length),
          comparison(how),
        ),
    'static int CompareOrdinal(string strA, int indexA, string strB, int indexB, int length)': (
      left,
      at,
      ...[right, from, length]
    ) =>
      strings.compareParts(
        { text: textOrNull(left), start: int(at) },
        { text: textOrNull(right), start: int(from) },
        int(length),
        'Ordinal',
      ),
    'static int CompareOrdinal(string strA, string strB)': (left, right) =>
      left === null || right === null
        ? Number(left !== null) - Number(right !== null)
        : compareOrdinal(text(left), text(right)),
  }
}

function joining(): Members {
  const join = (separator: unknown, values: unknown): string => {
    if (values === null) throw argumentNull('values')
    return strings.join(textOrNull(separator), enumerate(values))
  }
  const concat = (values: unknown): string => {
    if (values === null) throw argumentNull('values')
    return strings.concat(enumerate(values))
  }
  return {
    'static string Join(string separator, params string[] value)': join,
    'static string Join(string separator, params object[] values)': join,
    'static string Join(string separator, IEnumerable<string> values)': join,
    'static string Join<T>(string separator, IEnumerable<T> values)': join,
    'static string Join(string separator, string[] value, int startIndex, int count)': (
      separator,
      values,
      start,
      count,
    ) =>
      strings.joinRange(textOrNull(separator), instanceOrNull(values, DotnetArray), {
        start: int(start),
        count: int(count),
      }),
    'static string Concat(params string[] values)': concat,
    'static string Concat(params object[] args)': concat,
    'static string Concat(IEnumerable<string> values)': concat,
    'static string Concat<T>(IEnumerable<T> values)': concat,
    'static string Concat(object arg0)': (value) => strings.concat([value]),
    'static string Format(string format, object arg0)': (format, value) =>
      formatComposite(given(format, 'format'), [value]),
    'static string Format(string format, object arg0, object arg1)': (format, first, second) =>
      formatComposite(given(format, 'format'), [first, second]),
    'static string Format(string format, object arg0, object arg1, object arg2)': (
      format,
      first,
      second,
      third,
    ) => formatComposite(given(format, 'format'), [first, second, third]),
    'static string Format(string format, params object[] args)': (format, values) =>
      formatComposite(given(format, 'format'), items(values)),
  }
}
