import { boundedText } from './limits.ts'
import { argumentNull, argumentOutOfRange } from './exceptions.ts'
import { RegexProgram, regexStepsPerMs, type Captures, type MatchFound } from './regex-match.ts'
import { parseRegex } from './regex-parse.ts'
import { regexOptions } from './regex-syntax.ts'
import { DotnetArray, type DotnetObject } from './value.ts'

const namespace = 'System.Text.RegularExpressions'
/** How long a match may take when its pattern has no limit of its own. */
const defaultTimeoutMs = 1000
const cacheMax = 500
const cache = new Map<string, Regex>()

/** `Capture`: a part of the text. */
export class RegexCapture implements DotnetObject {
  readonly typeName = `${namespace}.Capture`
  readonly value: string
  readonly index: number

  constructor(text: string, [start, end]: readonly [number, number]) {
    this.value = text.slice(start, end)
    this.index = start
  }

  get length(): number {
    return this.value.length
  }

  toString(): string {
    return this.value
  }
}

/** `Group`: the last capture of a group, and all of them. */
export class RegexGroup implements DotnetObject {
  readonly typeName = `${namespace}.Group`
  readonly name: string
  readonly success: boolean
  readonly value: string
  readonly index: number
  readonly captures: readonly RegexCapture[]

  constructor(name: string, text: string, captures: Captures) {
    const last = captures.at(-1)
    this.name = name
    this.success = last !== undefined
    this.value = last ? text.slice(last[0], last[1]) : ''
    this.index = last?.[0] ?? 0
    this.captures = captures.map((capture) => new RegexCapture(text, capture))
  }

  get length(): number {
    return this.value.length
  }

  toString(): string {
    return this.value
  }
}

/** `Match`; a match that failed has no value and one group that failed. */
export class RegexMatch implements DotnetObject {
  readonly typeName = `${namespace}.Match`
  readonly success: boolean
  readonly value: string
  readonly index: number
  readonly groups: RegexGroups
  readonly #regex: Regex
  readonly #text: string

  constructor(regex: Regex, text: string, found: MatchFound | undefined) {
    const [start, end] = found?.[0]?.[0] ?? [0, 0]
    this.success = found !== undefined
    this.value = found ? text.slice(start, end) : ''
    this.index = start
    this.groups = new RegexGroups(
      regex.groupNames.map((name, group) => new RegexGroup(name, text, found?.[group] ?? [])),
    )
    this.#regex = regex
    this.#text = text
  }

  get name(): string {
    return '0'
  }

  get length(): number {
    return this.value.length
  }

  get captures(): readonly RegexCapture[] {
    return this.groups.get(0).captures
  }

  nextMatch(): RegexMatch {
    return this.success ? this.#regex.after(this, this.#text) : this
  }

  /** `Result(replacement)`. */
  result(replacement: string | null): string {
    if (replacement === null) throw argumentNull('replacement')
    return expandReplacement(replacement, this, this.#text)
  }

  toString(): string {
    return this.value
  }
}

/** `GroupCollection`: a missing group failed. */
export class RegexGroups implements DotnetObject {
  readonly typeName = `${namespace}.GroupCollection`
  readonly items: readonly RegexGroup[]

  constructor(items: readonly RegexGroup[]) {
    this.items = items
  }

  get count(): number {
    return this.items.length
  }

  /** `groups[number]` and `groups[name]`. */
  get(key: number | string): RegexGroup {
    const found =
      typeof key === 'number' ? this.items[key] : this.items.find(({ name }) => name === key)
    return found ?? new RegexGroup(String(key), '', [])
  }

  [Symbol.iterator](): Iterator<RegexGroup> {
    return this.items[Symbol.iterator]()
  }
}

/** `Regex`. https://learn.microsoft.com/dotnet/api/system.text.regularexpressions.regex */
export class Regex implements DotnetObject {
  readonly typeName = `${namespace}.Regex`
  readonly pattern: string
  /** The bits of `RegexOptions`. */
  readonly options: number
  readonly groupNames: readonly string[]
  readonly #program: RegexProgram

  constructor(pattern: string | null, options = 0, timeoutMs = defaultTimeoutMs) {
    if (pattern === null) throw argumentNull('pattern')
    if (timeoutMs <= 0) throw argumentOutOfRange('matchTimeout')
    const parsed = parseRegex(pattern, options)
    const stepsMax = Math.min(timeoutMs, defaultTimeoutMs) * regexStepsPerMs
    this.pattern = pattern
    this.options = options
    this.groupNames = parsed.groupNames
    this.#program = new RegexProgram(parsed, { stepsMax, rightToLeft: this.#backwards })
  }

  /** The regex of the static members, remembered. */
  static of(pattern: string | null, options = 0, timeoutMs = defaultTimeoutMs): Regex {
    const key = `${options} ${timeoutMs} ${pattern ?? ''}`
    const known = pattern === null ? undefined : cache.get(key)
    if (known) return known
    const regex = new Regex(pattern, options, timeoutMs)
    if (cache.size >= cacheMax) cache.clear()
    cache.set(key, regex)
    return regex
  }

  get #backwards(): boolean {
    return (this.options & regexOptions.rightToLeft) !== 0
  }

  isMatch(text: string | null, start?: number): boolean {
    return this.#find(text, start) !== undefined
  }

  match(text: string | null, start?: number): RegexMatch {
    const found = this.#find(text, start)
    return new RegexMatch(this, text ?? '', found)
  }

  /** The match after another one; an empty match moves on by one character. */
  after(match: RegexMatch, text: string): RegexMatch {
    const end = this.#backwards ? match.index : match.index + match.length
    const step = this.#backwards ? -1 : 1
    const from = match.length === 0 ? end + step : end
    const found = from < 0 || from > text.length ? undefined : this.#program.find(text, from, end)
    return new RegexMatch(this, text, found)
  }

  /** `Matches`, all at once. */
  matches(text: string | null, start?: number): readonly RegexMatch[] {
    const found: RegexMatch[] = []
    for (let match = this.match(text, start); match.success; match = match.nextMatch())
      found.push(match)
    return found
  }

  #find(text: string | null, start?: number): MatchFound | undefined {
    if (text === null) throw argumentNull('input')
    const from = start ?? (this.#backwards ? text.length : 0)
    if (from < 0 || from > text.length) {
      throw argumentOutOfRange(
        'startat',
        'Start index cannot be less than 0 or greater than input length.',
      )
    }
    return this.#program.find(text, from)
  }

  /** `Replace` by a replacement with `$1`, or by a function of the match; at most `count` times, -1 for all. */
  replace(
    text: string | null,
    replacement: string | ((match: RegexMatch) => string) | null,
    range: { count?: number; start?: number } = {},
  ): string {
    if (text === null) throw argumentNull('input')
    if (replacement === null) throw argumentNull('replacement')
    const { count = -1 } = range
    if (count < -1) throw argumentOutOfRange('count', 'Count cannot be less than -1.')
    const found = this.#limited(text, count, range.start)
    let result = ''
    let from = 0
    for (const match of found) {
      const by =
        typeof replacement === 'string'
          ? expandReplacement(replacement, match, text)
          : replacement(match)
      result = boundedText(result + text.slice(from, match.index) + by)
      from = match.index + match.length
    }
    return result + text.slice(from)
  }

  // In the order of the text, wherever the search started.
  #limited(text: string, count: number, start?: number): readonly RegexMatch[] {
    const found: RegexMatch[] = []
    let match = this.match(text, start)
    while (match.success && (count < 0 || found.length < count)) {
      found.push(match)
      match = match.nextMatch()
    }
    return this.#backwards ? found.toReversed() : found
  }

  /** `Split`: the captures of groups stand between the pieces. */
  split(text: string | null, range: { count?: number; start?: number } = {}): DotnetArray {
    if (text === null) throw argumentNull('input')
    const { count = 0 } = range
    if (count < 0) throw argumentOutOfRange('count', 'Count cannot be less than 0.')
    if (count === 1) return new DotnetArray('System.String', [text])
    const pieces: string[] = []
    let from = 0
    for (const match of this.#limited(text, count === 0 ? -1 : count - 1, range.start)) {
      pieces.push(text.slice(from, match.index))
      from = match.index + match.length
      for (const group of match.groups.items.slice(1)) if (group.success) pieces.push(group.value)
    }
    return new DotnetArray('System.String', [...pieces, text.slice(from)])
  }

  groupNumberFromName(name: string | null): number {
    if (name === null) throw argumentNull('name')
    return this.groupNames.indexOf(name)
  }

  groupNameFromNumber(group: number): string {
    return this.groupNames[group] ?? ''
  }

  toString(): string {
    return this.pattern
  }
}

/** What `$1`, `${name}`, `$&` and their kin stand for. */
function expandReplacement(replacement: string, match: RegexMatch, text: string): string {
  return replacement.replaceAll(
    /\$(?:\$|&|`|'|\+|_|(\d+)|\{(\w+)\})/g,
    (all: string, digits?: string, name?: string) => {
      const key = digits ?? name
      if (key !== undefined) return groupText(match, key) ?? all
      switch (all) {
        case '$$':
          return '$'
        case '$&':
          return match.value
        case '$`':
          return text.slice(0, match.index)
        case "$'":
          return text.slice(match.index + match.length)
        case '$+':
          return match.groups.items.at(-1)?.value ?? ''
        default:
          return text
      }
    },
  )
}

function groupText(match: RegexMatch, key: string): string | undefined {
  const { items } = match.groups
  const named = items.find(({ name }) => name === String(Number(key)) || name === key)
  // Named groups have numbers too, behind those without a name.
  return (named ?? (/^\d+$/.test(key) ? items[Number(key)] : undefined))?.value
}

const escapedNames = new Map([
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\f', '\\f'],
  ['\r', '\\r'],
])

/** `Regex.Escape`. */
export function escapeRegex(text: string | null): string {
  if (text === null) throw argumentNull('str')
  return text.replaceAll(
    /[\\*+?|{[()^$.# \t\n\f\r]/g,
    (character) => escapedNames.get(character) ?? `\\${character}`,
  )
}

const unescapes = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['f', '\f'],
  ['r', '\r'],
  ['a', '\x07'],
  ['e', '\x1b'],
  ['v', '\v'],
])

/** `Regex.Unescape`. */
export function unescapeRegex(text: string | null): string {
  if (text === null) throw argumentNull('str')
  return text.replaceAll(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([^]))/g,
    (_all: string, two?: string, four?: string, letter?: string) => {
      const code = two ?? four
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
      return unescapes.get(letter ?? '') ?? letter ?? ''
    },
  )
}
