import { toLowerInvariant, toUpperInvariant } from './letter-case.ts'
import type { CharTest } from './regex-syntax.ts'

/** `\w` of .NET: letters, marks, decimal digits and connectors. */
export const isWordCode: CharTest = cached(/[\p{L}\p{Mn}\p{Nd}\p{Pc}]/u)
const isDigitCode: CharTest = cached(/\p{Nd}/u)
const isSpaceCode: CharTest = cached(/[\s\x85]/)

// Classes are asked for the same few characters over and over.
function cached(pattern: RegExp): CharTest {
  const known: (boolean | undefined)[] = []
  return (code) => (known[code] ??= pattern.test(String.fromCharCode(code)))
}

/** The class of an escape such as `\d`; `undefined` for other letters. */
export function escapeClass(letter: string, ecmaScript: boolean): CharTest | undefined {
  switch (letter) {
    case 'd':
      return ecmaScript ? isAsciiDigit : isDigitCode
    case 'w':
      return ecmaScript ? isAsciiWord : isWordCode
    case 's':
      return ecmaScript ? isAsciiSpace : isSpaceCode
    case 'D':
    case 'W':
    case 'S':
      return negated(escapeClass(letter.toLowerCase(), ecmaScript) ?? nothing)
    default:
      return undefined
  }
}

function nothing(): boolean {
  return false
}

function isAsciiDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isAsciiWord(code: number): boolean {
  return (
    isAsciiDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
  )
}

function isAsciiSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

/** The class of all but what a class has. */
export function negated(test: CharTest): CharTest {
  return (code) => !test(code)
}

/** The class of one character, in any case where asked. */
export function charClass(code: number, ignoresCase: boolean): CharTest {
  return ignoresCase ? inAnyCase((other) => other === code) : (other) => other === code
}

/** A class that a character belongs to when one of its cases does. */
export function inAnyCase(test: CharTest): CharTest {
  const known: (boolean | undefined)[] = []
  return (code) => {
    const answer = known[code]
    if (answer !== undefined) return answer
    const text = String.fromCharCode(code)
    const cases = [code, toLowerInvariant(text).charCodeAt(0), toUpperInvariant(text).charCodeAt(0)]
    return (known[code] = cases.some(test))
  }
}

const blocks = new Map<string, readonly [number, number]>([
  ['IsBasicLatin', [0, 0x7f]],
  ['IsLatin-1Supplement', [0x80, 0xff]],
  ['IsLatinExtended-A', [0x100, 0x17f]],
  ['IsLatinExtended-B', [0x180, 0x24f]],
  ['IsGreek', [0x370, 0x3ff]],
  ['IsGreekandCoptic', [0x370, 0x3ff]],
  ['IsCyrillic', [0x400, 0x4ff]],
  ['IsArmenian', [0x530, 0x58f]],
  ['IsHebrew', [0x590, 0x5ff]],
  ['IsArabic', [0x600, 0x6ff]],
  ['IsThai', [0xe00, 0xe7f]],
  ['IsGeneralPunctuation', [0x2000, 0x206f]],
  ['IsCurrencySymbols', [0x20a0, 0x20cf]],
  ['IsHiragana', [0x3040, 0x309f]],
  ['IsKatakana', [0x30a0, 0x30ff]],
  ['IsCJKUnifiedIdeographs', [0x4e00, 0x9fff]],
])

/** The class of `\p{name}`: a general category or a named block; `undefined` for an unknown name. */
export function categoryClass(name: string): CharTest | undefined {
  const block = blocks.get(name)
  if (block) return (code) => code >= block[0] && code <= block[1]
  if (!/^(?:[LMNZPSC]|L[ultmo]|M[nce]|N[dlo]|Z[slp]|P[cdseifo]|S[mcko]|C[cfson])$/.test(name)) {
    return undefined
  }
  return cached(new RegExp(`\\p{${name}}`, 'u'))
}
