import { argumentNull, formatError } from './exceptions.ts'
import { charOf, type DotnetChar } from './value.ts'

/** Char.IsDigit: the Unicode category of decimal digits. */
export function isDigit(value: DotnetChar): boolean {
  return value.code < 128 ? value.code >= 48 && value.code <= 57 : /\p{Nd}/u.test(value.text)
}

/** Char.IsNumber: any number category. */
export function isNumber(value: DotnetChar): boolean {
  return /\p{N}/u.test(value.text)
}

/** Char.IsLetter. */
export function isLetter(value: DotnetChar): boolean {
  return /\p{L}/u.test(value.text)
}

/** Char.IsLetterOrDigit. */
export function isLetterOrDigit(value: DotnetChar): boolean {
  return /[\p{L}\p{Nd}]/u.test(value.text)
}

/** Char.IsUpper. */
export function isUpper(value: DotnetChar): boolean {
  return /\p{Lu}/u.test(value.text)
}

/** Char.IsLower. */
export function isLower(value: DotnetChar): boolean {
  return /\p{Ll}/u.test(value.text)
}

/** Char.IsWhiteSpace. */
export function isWhiteSpace(value: DotnetChar): boolean {
  return isWhiteSpaceCode(value.code)
}

/** True for the code of a character that Char.IsWhiteSpace accepts, which `Trim` removes. */
export function isWhiteSpaceCode(code: number): boolean {
  if (code < 256) return (code >= 9 && code <= 13) || code === 32 || code === 0x85 || code === 0xa0
  return /[\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(String.fromCharCode(code))
}

/** Char.IsPunctuation. */
export function isPunctuation(value: DotnetChar): boolean {
  return /\p{P}/u.test(value.text)
}

/** Char.IsSymbol. */
export function isSymbol(value: DotnetChar): boolean {
  return /\p{S}/u.test(value.text)
}

/** Char.IsSeparator. */
export function isSeparator(value: DotnetChar): boolean {
  return /\p{Z}/u.test(value.text)
}

/** Char.IsControl. */
export function isControl(value: DotnetChar): boolean {
  return value.code < 32 || (value.code >= 127 && value.code < 160)
}

/** Char.IsSurrogate. */
export function isSurrogate(value: DotnetChar): boolean {
  return value.code >= 0xd800 && value.code <= 0xdfff
}

/** Char.IsHighSurrogate. */
export function isHighSurrogate(value: DotnetChar): boolean {
  return value.code >= 0xd800 && value.code <= 0xdbff
}

/** Char.IsLowSurrogate. */
export function isLowSurrogate(value: DotnetChar): boolean {
  return value.code >= 0xdc00 && value.code <= 0xdfff
}

/** Char.Parse: the only character of a text. */
export function parseChar(text: string | null): DotnetChar {
  if (text === null) throw argumentNull('s')
  if (text.length !== 1) throw formatError('String must be exactly one character long.')
  return charOf(text.charCodeAt(0))
}

const fractions = new Map([
  ['¼', 0.25],
  ['½', 0.5],
  ['¾', 0.75],
])

/** `GetNumericValue`: what a digit or fraction stands for, or -1. */
export function numericValue(value: DotnetChar): number {
  if (/[0-9]/.test(value.text)) return Number(value.text)
  return fractions.get(value.text) ?? -1
}
