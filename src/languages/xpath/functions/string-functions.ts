import type { FunctionCall } from '../compilation.ts'
import type { XPathContext } from '../context.ts'
import { textLengthMax } from '../limits.ts'
import { chargedText, toNumber, toText, type Operand } from '../operand.ts'
import { textArgument, type CoreFunction } from './core-function.ts'

/** The functions of texts. https://www.w3.org/TR/xpath-10/#section-String-Functions */
export const stringFunctions: readonly (readonly [string, CoreFunction])[] = [
  [
    'string',
    { least: 0, most: 1, compile: (call) => ({ type: 'string', evaluate: textArgument(call, 0) }) },
  ],
  ['concat', { least: 2, most: Infinity, compile: concat }],
  ['starts-with', { least: 2, most: 2, compile: (call) => test(call, startsWith) }],
  ['contains', { least: 2, most: 2, compile: (call) => test(call, includes) }],
  ['substring-before', { least: 2, most: 2, compile: (call) => cut(call, before) }],
  ['substring-after', { least: 2, most: 2, compile: (call) => cut(call, after) }],
  ['substring', { least: 2, most: 3, compile: substring }],
  ['string-length', { least: 0, most: 1, compile: stringLength }],
  ['normalize-space', { least: 0, most: 1, compile: normalizeSpace }],
  ['translate', { least: 3, most: 3, compile: translate }],
]

function concat(call: FunctionCall): Operand {
  const texts = call.operands.map(toText)
  return {
    type: 'string',
    evaluate: (context) => {
      let all = ''
      for (const text of texts) all += text(context)
      if (all.length > textLengthMax)
        throw call.compilation.fault('The text is too long.', call.offset)
      // What is joined costs time when it is looked at.
      context.scope.budget.spend(all.length >> 6)
      return all
    },
  }
}

function startsWith(text: string, part: string): boolean {
  return text.startsWith(part)
}

function includes(text: string, part: string): boolean {
  return text.includes(part)
}

function test(call: FunctionCall, matches: (text: string, part: string) => boolean): Operand {
  const [text, part] = [textArgument(call, 0), textArgument(call, 1)]
  return {
    type: 'boolean',
    evaluate: (context) => matches(chargedText(text(context), context), part(context)),
  }
}

function before(text: string, part: string): string {
  const at = text.indexOf(part)
  return at < 0 ? '' : text.slice(0, at)
}

function after(text: string, part: string): string {
  const at = text.indexOf(part)
  return at < 0 ? '' : text.slice(at + part.length)
}

function cut(call: FunctionCall, part: (text: string, mark: string) => string): Operand {
  const [text, mark] = [textArgument(call, 0), textArgument(call, 1)]
  return {
    type: 'string',
    evaluate: (context) => part(chargedText(text(context), context), mark(context)),
  }
}

// Characters outside of the basic plane count once: https://www.w3.org/TR/xpath-10/#strings
const surrogate = /[\ud800-\udfff]/

function substring(call: FunctionCall): Operand {
  const text = textArgument(call, 0)
  const [, startOperand, lengthOperand] = call.operands
  const start = startOperand === undefined ? () => Number.NaN : toNumber(startOperand)
  const length = lengthOperand === undefined ? () => Infinity : toNumber(lengthOperand)
  return {
    type: 'string',
    evaluate: (context: XPathContext) => {
      const from = Math.round(start(context))
      const end = from + Math.round(length(context))
      if (Number.isNaN(from) || Number.isNaN(end)) return ''
      const [first, last] = [Math.max(from, 1) - 1, Math.max(end, 1) - 1]
      return charactersOf(text(context), first, last)
    },
  }
}

// Walks only as far as it must: stylesheets take long texts apart piece by piece.
function charactersOf(text: string, first: number, last: number): string {
  const start = offsetOf(text, 0, first)
  return text.slice(start, last === Infinity ? undefined : offsetOf(text, start, last - first))
}

/** Where a number of characters behind an offset end. */
function offsetOf(text: string, from: number, count: number): number {
  let offset = from
  for (let passed = 0; passed < count && offset < text.length; passed++) {
    const code = text.charCodeAt(offset)
    offset += code >= 0xd800 && code <= 0xdbff ? 2 : 1
  }
  return offset
}

function stringLength(call: FunctionCall): Operand {
  const text = textArgument(call, 0)
  return {
    type: 'number',
    evaluate: (context) => {
      const whole = chargedText(text(context), context)
      return surrogate.test(whole) ? Array.from(whole).length : whole.length
    },
  }
}

function normalizeSpace(call: FunctionCall): Operand {
  const text = textArgument(call, 0)
  return {
    type: 'string',
    evaluate: (context) => {
      const whole = chargedText(text(context), context)
      if (!/[ \t\r\n]/.test(whole)) return whole
      return whole
        .split(/[ \t\r\n]+/)
        .filter((word) => word !== '')
        .join(' ')
    },
  }
}

function translate(call: FunctionCall): Operand {
  const [text, from, to] = [textArgument(call, 0), textArgument(call, 1), textArgument(call, 2)]
  return {
    type: 'string',
    evaluate: (context) => {
      const whole = text(context)
      const table = translations(from(context), to(context))
      context.scope.budget.spend(whole.length >> 3)
      let result = ''
      for (const character of whole) result += table.get(character) ?? character
      return result
    },
  }
}

// The first place of a character in `from` counts; without a partner in `to` it is dropped.
function translations(from: string, to: string): ReadonlyMap<string, string> {
  const table = new Map<string, string>()
  const targets = Array.from(to)
  for (const [index, character] of Array.from(from).entries()) {
    if (!table.has(character)) table.set(character, targets[index] ?? '')
  }
  return table
}
