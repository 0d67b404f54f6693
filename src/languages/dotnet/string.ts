import { isWhiteSpaceCode } from './char.ts'
import { enumerate } from './sequence.ts'
import { boundedText, checkSize, itemCountMax, textLengthMax } from './limits.ts'
import { displayText } from './format.ts'
import { compareStrings, equalStrings, ignoresCase, type StringComparison } from './comparison.ts'
import { argumentError, argumentNull, argumentOutOfRange, indexOutOfRange } from './exceptions.ts'
import { toUpperInvariant } from './letter-case.ts'
import { DotnetArray, charOf, type DotnetChar } from './value.ts'

// Members of System.String: https://learn.microsoft.com/dotnet/api/system.string

/** `text[index]`. */
export function charOfText(text: string, index: number): DotnetChar {
  if (index < 0 || index >= text.length) throw indexOutOfRange()
  return charOf(text.charCodeAt(index))
}

/** `Substring`. */
export function substring(text: string, start: number, length = text.length - start): string {
  if (start < 0) throw argumentOutOfRange('startIndex', 'StartIndex cannot be less than zero.')
  if (start > text.length) {
    throw argumentOutOfRange('startIndex', 'startIndex cannot be larger than length of string.')
  }
  if (length < 0) throw argumentOutOfRange('length', 'Length cannot be less than zero.')
  if (start + length > text.length) {
    throw argumentOutOfRange(
      'length',
      'Index and length must refer to a location within the string.',
    )
  }
  return text.slice(start, start + length)
}

/** Where a search starts, how far it goes and how it compares. */
export interface SearchOptions {
  readonly start?: number
  readonly count?: number
  readonly comparison?: StringComparison
}

/** `IndexOf` of a text or a character; -1 when it is not there. */
export function indexOf(
  text: string,
  value: string | DotnetChar | null,
  options: SearchOptions = {},
): number {
  const { start = 0, comparison = 'CurrentCulture' } = options
  const sought = searched(value)
  if (start < 0 || start > text.length) throw outOfRange('startIndex')
  const count = options.count ?? text.length - start
  if (count < 0 || start + count > text.length) throw outOfRange('count')
  const [inText, inValue] = folded(text, sought, comparison)
  const found = inText.slice(0, start + count).indexOf(inValue, start)
  return found
}

/** `LastIndexOf`: the search goes backwards from `start`. */
export function lastIndexOf(
  text: string,
  value: string | DotnetChar | null,
  options: SearchOptions = {},
): number {
  const { start = text.length - 1, comparison = 'CurrentCulture' } = options
  const sought = searched(value)
  if (text.length === 0) return sought === '' ? 0 : -1
  if (start < -1 || start > text.length) throw outOfRange('startIndex')
  const end = Math.min(start, text.length - 1)
  const count = options.count ?? end + 1
  const first = end - count + 1
  if (count < 0 || first < 0) throw outOfRange('count')
  const [inText, inValue] = folded(text, sought, comparison)
  const found = inText.slice(first, end + 1).lastIndexOf(inValue)
  if (sought === '') return end
  return found < 0 ? -1 : found + first
}

function searched(value: string | DotnetChar | null): string {
  if (value === null) throw argumentNull('value')
  return typeof value === 'string' ? value : value.text
}

function outOfRange(parameter: string): Error {
  const message =
    parameter === 'count'
      ? 'Count must be positive and count must refer to a location within the string/array/collection.'
      : 'Index was out of range. Must be non-negative and less than the size of the collection.'
  return argumentOutOfRange(parameter, message)
}

function folded(text: string, value: string, comparison: StringComparison): [string, string] {
  if (!ignoresCase(comparison)) return [text, value]
  return [toUpperInvariant(text), toUpperInvariant(value)]
}

/** `IndexOfAny`. */
export function indexOfAny(
  text: string,
  anyOf: Iterable<unknown> | null,
  options: { start?: number; count?: number } = {},
): number {
  const wanted = charSet(anyOf)
  const { start = 0 } = options
  if (start < 0 || start > text.length) throw outOfRange('startIndex')
  const count = options.count ?? text.length - start
  if (count < 0 || start + count > text.length) throw outOfRange('count')
  for (let index = start; index < start + count; index += 1) {
    if (wanted.has(text[index] ?? '')) return index
  }
  return -1
}

/** `LastIndexOfAny`. */
export function lastIndexOfAny(
  text: string,
  anyOf: Iterable<unknown> | null,
  options: { start?: number; count?: number } = {},
): number {
  const wanted = charSet(anyOf)
  if (text.length === 0) return -1
  const { start = text.length - 1 } = options
  if (start < 0 || start >= text.length) throw outOfRange('startIndex')
  const count = options.count ?? start + 1
  if (count < 0 || start - count + 1 < 0) throw outOfRange('count')
  for (let index = start; index > start - count; index -= 1) {
    if (wanted.has(text[index] ?? '')) return index
  }
  return -1
}

function charSet(chars: Iterable<unknown> | null): ReadonlySet<string> {
  if (chars === null) throw argumentNull('anyOf')
  return new Set(Array.from(chars, displayText))
}

/** `Contains`: ordinal unless a comparison is given. */
export function contains(
  text: string,
  value: string | DotnetChar | null,
  comparison: StringComparison = 'Ordinal',
): boolean {
  return indexOf(text, value, { comparison }) >= 0
}

/** `StartsWith`. */
export function startsWith(
  text: string,
  value: string | null,
  comparison: StringComparison = 'CurrentCulture',
): boolean {
  const start = searched(value)
  if (text.length < start.length) return false
  return text.startsWith(start) || equalStrings(text.slice(0, start.length), start, comparison)
}

/** `EndsWith`. */
export function endsWith(
  text: string,
  value: string | null,
  comparison: StringComparison = 'CurrentCulture',
): boolean {
  const end = searched(value)
  if (text.length < end.length) return false
  return text.endsWith(end) || equalStrings(text.slice(text.length - end.length), end, comparison)
}

/** `Replace` of a text or a character. */
export function replace(
  text: string,
  from: string | DotnetChar | null,
  to: string | DotnetChar | null,
): string {
  if (from === null) throw argumentNull('oldValue')
  const sought = searched(from)
  if (sought === '')
    throw argumentError('String cannot be of zero length.\nParameter name: oldValue')
  return boundedText(text.replaceAll(sought, () => (to === null ? '' : searched(to))))
}

/** `Remove(start)` and `Remove(start, count)`. */
export function remove(text: string, start: number, count?: number): string {
  if (start < 0) throw argumentOutOfRange('startIndex', 'StartIndex cannot be less than zero.')
  if (count === undefined && start >= text.length) {
    throw argumentOutOfRange('startIndex', 'startIndex must be less than length of string.')
  }
  const removed = count ?? text.length - start
  if (removed < 0) throw argumentOutOfRange('count', 'Count cannot be less than zero.')
  if (start + removed > text.length) {
    throw argumentOutOfRange('count', 'Index and count must refer to a location within the string.')
  }
  return text.slice(0, start) + text.slice(start + removed)
}

/** `Insert`. */
export function insert(text: string, start: number, value: string | null): string {
  if (value === null) throw argumentNull('value')
  if (start < 0 || start > text.length) throw argumentOutOfRange('startIndex')
  return text.slice(0, start) + value + text.slice(start)
}

/** `PadLeft`. */
export function padLeft(text: string, width: number, char?: DotnetChar): string {
  return text.padStart(checkWidth(width), char?.text ?? ' ')
}

/** `PadRight`. */
export function padRight(text: string, width: number, char?: DotnetChar): string {
  return text.padEnd(checkWidth(width), char?.text ?? ' ')
}

function checkWidth(width: number): number {
  if (width < 0) throw argumentOutOfRange('totalWidth', 'Non-negative number required.')
  checkSize(width, textLengthMax)
  return width
}

/** Which ends of a text are trimmed. */
export type TrimSide = 'both' | 'start' | 'end'

/** `Trim`, `TrimStart` and `TrimEnd`; no characters, or null, mean white space. */
export function trim(
  text: string,
  side: TrimSide = 'both',
  chars?: Iterable<unknown> | null,
): string {
  const wanted = new Set(Array.from(chars ?? [], displayText))
  const drops =
    wanted.size > 0
      ? (index: number): boolean => wanted.has(text[index] ?? '')
      : (index: number): boolean => isWhiteSpaceCode(text.charCodeAt(index))
  let start = 0
  let end = text.length
  if (side !== 'end') while (start < end && drops(start)) start += 1
  if (side !== 'start') while (end > start && drops(end - 1)) end -= 1
  return text.slice(start, end)
}

/** `string.IsNullOrEmpty`. */
export function isNullOrEmpty(text: string | null): boolean {
  return text === null || text === ''
}

/** `string.IsNullOrWhiteSpace`. */
export function isNullOrWhiteSpace(text: string | null): boolean {
  return text === null || trim(text) === ''
}

/** `string.Join(separator, values)` over texts or objects; null values are empty. */
export function join(separator: string | null, values: Iterable<unknown> | null): string {
  if (values === null) throw argumentNull('values')
  let text = ''
  let first = true
  for (const value of values) {
    if (!first) text += separator ?? ''
    first = false
    text = boundedText(text + displayText(value))
  }
  return text
}

/** `string.Join(separator, value, startIndex, count)`. */
export function joinRange(
  separator: string | null,
  values: DotnetArray | null,
  range: { start: number; count: number },
): string {
  if (values === null) throw argumentNull('value')
  const { start, count } = range
  if (start < 0) throw argumentOutOfRange('startIndex', 'StartIndex cannot be less than zero.')
  if (count < 0) throw argumentOutOfRange('count', 'Count cannot be less than zero.')
  if (start > values.items.length - count) {
    throw argumentOutOfRange(
      'startIndex',
      'Index and count must refer to a location within the buffer.',
    )
  }
  return join(separator, values.items.slice(start, start + count))
}

/** `string.Concat` of any values. */
export function concat(values: Iterable<unknown> | null): string {
  if (values === null) throw argumentNull('values')
  return join('', values)
}

/** `string.Compare` of parts: `count` units from each start. */
export function compareParts(
  left: { text: string | null; start: number },
  right: { text: string | null; start: number },
  count: number,
  comparison: StringComparison = 'CurrentCulture',
): number {
  if (count < 0) throw argumentOutOfRange('length', 'Length cannot be less than zero.')
  return compareStrings(partOf(left, count), partOf(right, count), comparison)
}

function partOf(
  { text, start }: { text: string | null; start: number },
  count: number,
): string | null {
  if (text === null) return null
  if (start < 0 || start > text.length) throw argumentOutOfRange('index')
  return text.slice(start, start + count)
}

/** `ToCharArray`. */
export function toCharArray(text: string, start = 0, length = text.length - start): DotnetArray {
  if (start < 0 || start > text.length) throw argumentOutOfRange('startIndex')
  if (length < 0 || start + length > text.length) throw argumentOutOfRange('length')
  checkSize(length, itemCountMax)
  return new DotnetArray('System.Char', [...enumerate(text.slice(start, start + length))])
}

/** `new string(chars, start, length)`. */
export function textOfChars(
  chars: DotnetArray | null,
  start = 0,
  length = (chars?.items.length ?? 0) - start,
): string {
  if (chars === null) return ''
  if (start < 0) throw argumentOutOfRange('startIndex', 'StartIndex cannot be less than zero.')
  if (length < 0 || start + length > chars.items.length) throw argumentOutOfRange('length')
  return chars.items
    .slice(start, start + length)
    .map(displayText)
    .join('')
}

/** `new string(char, count)`. */
export function repeatChar(char: DotnetChar, count: number): string {
  if (count < 0) {
    throw argumentOutOfRange('count', "'count' must be non-negative.")
  }
  checkSize(count, textLengthMax)
  return char.text.repeat(count)
}
