import { argumentError, type DotnetException } from './exceptions.ts'
import { categoryClass, charClass, escapeClass, inAnyCase, negated } from './regex-class.ts'
import {
  regexOptions,
  type AnchorKind,
  type CharTest,
  type RegexNode,
  type RegexPattern,
} from './regex-syntax.ts'
import { countWork } from './work-limit.ts'

const depthMax = 250

/**
 * The tree of a pattern of .NET; ArgumentException for text that is none.
 * https://learn.microsoft.com/dotnet/standard/base-types/regular-expression-language-quick-reference
 */
export function parseRegex(pattern: string, options: number): RegexPattern {
  return new RegexParser(pattern, options).parse()
}

class RegexParser {
  readonly #text: string
  #options: number
  #position = 0
  #depth = 0
  #nextGroup = 1
  readonly #groups: Groups

  constructor(text: string, options: number) {
    this.#text = text
    this.#options = options
    this.#groups = findGroups(text, options)
  }

  parse(): RegexPattern {
    const node = this.#choice()
    if (this.#position < this.#text.length) throw this.#fault("Too many )'s")
    return { node, groupNames: this.#groups.names }
  }

  #fault(message: string): DotnetException {
    return argumentError(`parsing "${this.#text}" - ${message}.`)
  }

  #peek(length = 1): string {
    return this.#text.slice(this.#position, this.#position + length)
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text)
    if (found) this.#position += found[0].length
    return found
  }

  #has(option: number): boolean {
    return (this.#options & option) !== 0
  }

  #choice(): RegexNode {
    this.#depth += 1
    if (this.#depth > depthMax) throw this.#fault('Too many nested groups')
    const outer = this.#options
    const nodes = [this.#sequence()]
    while (this.#take(/\|/y)) nodes.push(this.#sequence())
    this.#options = outer
    this.#depth -= 1
    const [only] = nodes
    return nodes.length === 1 && only ? only : { type: 'choice', nodes }
  }

  #sequence(): RegexNode {
    countWork()
    const nodes: RegexNode[] = []
    for (;;) {
      this.#skipBlanks()
      const next = this.#peek()
      if (next === '' || next === '|' || next === ')') break
      const atom = this.#atom(next)
      if (atom) nodes.push(this.#quantified(atom))
    }
    const [only] = nodes
    return nodes.length === 1 && only ? only : { type: 'sequence', nodes }
  }

  #skipBlanks(): void {
    for (;;) {
      if (this.#take(/\(\?#[^)]*\)/y)) continue
      if (!this.#has(regexOptions.ignorePatternWhitespace)) return
      if (!this.#take(/\s+|#[^\n]*/y)) return
    }
  }

  #quantified(atom: RegexNode): RegexNode {
    this.#skipBlanks()
    const found = this.#take(/([*+?]|\{\d+(?:,\d*)?\})(\??)/y)
    if (!found) return atom
    const [, count = '', lazy] = found
    const { min, max } = bounds(count)
    if (max < min) throw this.#fault('Illegal {x,y} with x > y')
    this.#skipBlanks()
    if (/^(?:[*+?]|\{\d+(?:,\d*)?\})/.test(this.#text.slice(this.#position))) {
      throw this.#fault(`Nested quantifier ${this.#peek()}`)
    }
    return { type: 'loop', node: atom, min, max, lazy: lazy !== '' }
  }

  #atom(next: string): RegexNode | undefined {
    countWork()
    switch (next) {
      case '(':
        return this.#group()
      case '[':
        this.#position += 1
        return { type: 'char', test: this.#inCase(this.#charClass()) }
      case '.':
        this.#position += 1
        return {
          type: 'char',
          test: this.#has(regexOptions.singleline) ? () => true : (code) => code !== 10,
        }
      case '^':
        this.#position += 1
        return { type: 'anchor', kind: this.#has(regexOptions.multiline) ? 'lineStart' : 'start' }
      case '$':
        this.#position += 1
        return {
          type: 'anchor',
          kind: this.#has(regexOptions.multiline) ? 'lineEnd' : 'endOrLastLine',
        }
      case '\\':
        return this.#escape()
      case '*':
      case '+':
      case '?':
        throw this.#fault(`Quantifier {x,y} following nothing`)
      default:
        this.#position += 1
        return this.#literal(next.charCodeAt(0))
    }
  }

  #literal(code: number): RegexNode {
    return { type: 'char', test: charClass(code, this.#has(regexOptions.ignoreCase)) }
  }

  #inCase(test: CharTest): CharTest {
    return this.#has(regexOptions.ignoreCase) ? inAnyCase(test) : test
  }

  #group(): RegexNode | undefined {
    const outer = this.#options
    const special = this.#take(
      /\(\?(?:([imnsx]*)(?:-([imnsx]*))?([:)])|(<[=!]|[=!>])|[<']([^>']*)[>'])/y,
    )
    if (!special) return this.#plainGroup()
    const [, on, off, end, look, name] = special
    if (end !== undefined) {
      this.#options = withOptions(this.#options, on ?? '', off ?? '')
      // `(?i)` holds to the end of the group that it stands in.
      if (end === ')') return undefined
      const node = this.#closed()
      this.#options = outer
      return node
    }
    if (look !== undefined) return lookNode(look, this.#closed())
    return this.#namedGroup(name ?? '')
  }

  #namedGroup(name: string): RegexNode {
    if (name.includes('-')) throw this.#fault('Balancing groups are not supported')
    const group = this.#groups.numberOf(name)
    if (group === undefined)
      throw this.#fault('Invalid group name: Group names must begin with a word character')
    return { type: 'capture', node: this.#closed(), group }
  }

  #plainGroup(): RegexNode {
    if (this.#peek(3) === '(?(') return this.#condition()
    if (this.#peek(2) === '(?') throw this.#fault('Unrecognized grouping construct')
    this.#position += 1
    if (this.#has(regexOptions.explicitCapture)) return this.#closed()
    const group = this.#nextGroup
    this.#nextGroup += 1
    return { type: 'capture', node: this.#closed(), group }
  }

  #condition(): RegexNode {
    const found = this.#take(/\(\?\((\w+)\)/y)
    const group = found ? this.#groups.numberOf(found[1] ?? '') : undefined
    if (group === undefined) throw this.#fault('Conditions other than on a group are not supported')
    const node = this.#closed()
    const [yes, no, ...more] = node.type === 'choice' ? node.nodes : [node]
    if (more.length > 0) throw this.#fault('Too many | in (?()|)')
    return { type: 'condition', group, yes: yes ?? { type: 'empty' }, no: no ?? { type: 'empty' } }
  }

  #closed(): RegexNode {
    const node = this.#choice()
    if (!this.#take(/\)/y)) throw this.#fault("Not enough )'s")
    return node
  }

  #escape(): RegexNode {
    this.#position += 1
    const letter = this.#peek()
    if (letter === '') throw this.#fault('Illegal \\ at end of pattern')
    const anchor = anchors.get(letter)
    if (anchor) {
      this.#position += 1
      return { type: 'anchor', kind: anchor }
    }
    return this.#reference() ?? this.#escapedChar()
  }

  #reference(): RegexNode | undefined {
    const start = this.#position
    const found = this.#take(/k(?:<(\w+)>|'(\w+)')|([1-9]\d?)/y)
    if (!found) return undefined
    const [, angled, quoted, digits] = found
    const name = angled ?? quoted ?? digits ?? ''
    const group = this.#groups.numberOf(name)
    if (group !== undefined) {
      return { type: 'reference', group, ignoresCase: this.#has(regexOptions.ignoreCase) }
    }
    if (digits === undefined) throw this.#fault(`Reference to undefined group name ${name}`)
    if (digits.length === 1) throw this.#fault(`Reference to undefined group number ${name}`)
    this.#position = start
    return undefined
  }

  #escapedChar(): RegexNode {
    const test = this.#classEscape()
    if (test) return { type: 'char', test: this.#inCase(test) }
    return this.#literal(this.#codeEscape())
  }

  #classEscape(): CharTest | undefined {
    const letter = this.#peek()
    const named = this.#take(/[pP]\{([^}]*)\}/y)
    if (named) {
      const test = categoryClass(named[1] ?? '')
      if (!test) throw this.#fault(`Unknown property '${named[1] ?? ''}'`)
      return letter === 'P' ? negated(test) : test
    }
    const test = escapeClass(letter, this.#has(regexOptions.ecmaScript))
    if (test) this.#position += 1
    return test
  }

  #codeEscape(): number {
    const found = this.#take(
      /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|c([A-Za-z@[\\\]^_])|([0-7]{2,3}|0)/y,
    )
    if (found) {
      const [, two, four, control, octal] = found
      if (two ?? four) return Number.parseInt(two ?? four ?? '', 16)
      if (control) return control.toUpperCase().charCodeAt(0) - 64
      return Number.parseInt(octal ?? '0', 8) & 0xff
    }
    const letter = this.#peek()
    this.#position += 1
    const simple = simpleEscapes.get(letter)
    if (simple !== undefined) return simple
    if (/\w/.test(letter)) throw this.#fault(`Unrecognized escape sequence \\${letter}`)
    return letter.charCodeAt(0)
  }

  // Behind the opening bracket.
  #charClass(): CharTest {
    const negates = this.#take(/\^/y) !== null
    const tests: CharTest[] = []
    let subtracted: CharTest | undefined
    for (let first = true; ; first = false) {
      countWork()
      const next = this.#peek()
      if (next === '') throw this.#fault('Unterminated [] set')
      if (next === ']' && !first) break
      if (this.#peek(2) === '-[') {
        this.#position += 2
        subtracted = this.#inCase(this.#charClass())
      } else tests.push(this.#classItem())
    }
    this.#position += 1
    return combined(tests, { negates, subtracted })
  }

  #classItem(): CharTest {
    const start = this.#classCode()
    if (typeof start !== 'number') return start
    const isRange =
      this.#peek() === '-' && !/^-[\]]|^-\[/.test(this.#peek(2)) && this.#peek(2).length === 2
    if (!isRange) return (code) => code === start
    this.#position += 1
    const end = this.#classCode()
    if (typeof end !== 'number') throw this.#fault('Cannot include class in character range')
    if (end < start) throw this.#fault('[x-y] range in reverse order')
    return (code) => code >= start && code <= end
  }

  #classCode(): number | CharTest {
    const next = this.#peek()
    this.#position += 1
    if (next !== '\\') return next.charCodeAt(0)
    if (this.#take(/b/y)) return 8
    return this.#classEscape() ?? this.#codeEscape()
  }
}

const anchors: ReadonlyMap<string, AnchorKind> = new Map<string, AnchorKind>([
  ['A', 'start'],
  ['z', 'end'],
  ['Z', 'endOrLastLine'],
  ['b', 'wordBoundary'],
  ['B', 'noWordBoundary'],
  ['G', 'previousEnd'],
])

const simpleEscapes = new Map([
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
  ['a', 7],
  ['e', 27],
  ['_', 95],
])

function combined(
  tests: readonly CharTest[],
  { negates, subtracted }: { negates: boolean; subtracted: CharTest | undefined },
): CharTest {
  const inside: CharTest = (code) => {
    for (const test of tests) if (test(code)) return true
    return false
  }
  const base = negates ? negated(inside) : inside
  return subtracted === undefined ? base : (code) => base(code) && !subtracted(code)
}

function bounds(count: string): { min: number; max: number } {
  if (count === '*') return { min: 0, max: Infinity }
  if (count === '+') return { min: 1, max: Infinity }
  if (count === '?') return { min: 0, max: 1 }
  const [min = '0', max] = count.slice(1, -1).split(',')
  return {
    min: Number(min),
    max: max === undefined ? Number(min) : max === '' ? Infinity : Number(max),
  }
}

function lookNode(kind: string, node: RegexNode): RegexNode {
  if (kind === '>') return { type: 'atomic', node }
  return { type: 'look', node, behind: kind.startsWith('<'), negative: kind.endsWith('!') }
}

const optionLetters = new Map<string, number>([
  ['i', regexOptions.ignoreCase],
  ['m', regexOptions.multiline],
  ['n', regexOptions.explicitCapture],
  ['s', regexOptions.singleline],
  ['x', regexOptions.ignorePatternWhitespace],
])

function withOptions(options: number, on: string, off: string): number {
  let changed = options
  for (const letter of on) changed |= optionLetters.get(letter) ?? 0
  for (const letter of off) changed &= ~(optionLetters.get(letter) ?? 0)
  return changed
}

interface Groups {
  readonly names: readonly string[]
  numberOf(name: string): number | undefined
}

// Groups without a name are numbered first, named ones after them, wherever they stand.
function findGroups(text: string, options: number): Groups {
  const named: string[] = []
  let plain = 0
  const piece =
    /\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]|\(\?#[^)]*\)|\(\?[<']([A-Za-z0-9_]\w*)[>']|\((?!\?)/g
  const countsPlain = (options & regexOptions.explicitCapture) === 0
  for (const [all, name] of text.matchAll(piece)) {
    if (name !== undefined) {
      if (!named.includes(name)) named.push(name)
    } else if (all === '(' && countsPlain) plain += 1
  }
  const numbers = Array.from({ length: plain + 1 }, (_, index) => String(index))
  const names = [...numbers, ...named.filter((name) => !numbers.includes(name))]
  return {
    names,
    numberOf: (name) => {
      const index = names.indexOf(name)
      return index < 0 ? undefined : index
    },
  }
}
