import { localNameEnd } from '../xml/xml-name.ts'

/** A token; `*` is an operator where one can stand. https://www.w3.org/TR/xpath-10/#exprlex */
export interface Token {
  readonly kind:
    | 'operator'
    | 'name'
    | 'wildcard'
    | 'function'
    | 'nodeType'
    | 'axis'
    | 'variable'
    | 'literal'
    | 'number'
    | 'mark'
    | 'end'
  /** The operator, mark, or value; of names the local part. */
  readonly text: string
  readonly prefix: string
  readonly offset: number
}

/** Where the text is no XPath. */
export class XPathFault extends Error {
  override readonly name = 'XPathFault'
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

const nodeTypes = new Set(['node', 'text', 'comment', 'processing-instruction'])
const operatorNames = new Set(['and', 'or', 'mod', 'div'])
const markPattern = /\/\/|\.\.|::|!=|<=|>=|[()[\]@,./|+\-=<>*$]/y
const numberPattern = /\d+(?:\.\d*)?|\.\d+/y
const operatorMarks = new Set(['/', '//', '|', '+', '-', '=', '!=', '<', '<=', '>', '>=', '*'])

/** The tokens of an expression, with one that ends it. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let position = skipBlanks(text, 0)
  while (position < text.length) {
    const [token, end] = readToken(text, position, tokens.at(-1))
    tokens.push(token)
    position = skipBlanks(text, end)
  }
  tokens.push({ kind: 'end', text: '', prefix: '', offset: text.length })
  return tokens
}

function skipBlanks(text: string, start: number): number {
  let position = start
  while (position < text.length && ' \t\r\n'.includes(text.charAt(position))) position += 1
  return position
}

type Read = readonly [Token, number]

function readToken(text: string, offset: number, before: Token | undefined): Read {
  const character = text.charAt(offset)
  if (character === '"' || character === "'") return readLiteral(text, offset, character)
  numberPattern.lastIndex = offset
  const number = numberPattern.exec(text)?.[0]
  if (number !== undefined)
    return [{ kind: 'number', text: number, prefix: '', offset }, offset + number.length]
  const nameStop = localNameEnd(text, offset)
  if (nameStop > offset) return readName(text, offset, before)
  if (character === '$') return readVariable(text, offset)
  markPattern.lastIndex = offset
  const mark = markPattern.exec(text)?.[0]
  if (mark === undefined) throw new XPathFault(`Unexpected character '${character}'.`, offset)
  const end = offset + mark.length
  if (mark === '*' && !expectsOperator(before))
    return [{ kind: 'wildcard', text: '*', prefix: '', offset }, end]
  return [
    { kind: operatorMarks.has(mark) ? 'operator' : 'mark', text: mark, prefix: '', offset },
    end,
  ]
}

function readLiteral(text: string, offset: number, quote: string): Read {
  const end = text.indexOf(quote, offset + 1)
  if (end < 0) throw new XPathFault('The string does not end.', offset)
  return [{ kind: 'literal', text: text.slice(offset + 1, end), prefix: '', offset }, end + 1]
}

function readVariable(text: string, offset: number): Read {
  const start = skipBlanks(text, offset + 1)
  const end = localNameEnd(text, start)
  if (end === start) throw new XPathFault('A name of a variable is missing.', offset)
  const first = text.slice(start, end)
  const localEnd = text.charAt(end) === ':' ? localNameEnd(text, end + 1) : end
  if (localEnd <= end + 1) return [{ kind: 'variable', text: first, prefix: '', offset }, end]
  return [
    { kind: 'variable', text: text.slice(end + 1, localEnd), prefix: first, offset },
    localEnd,
  ]
}

// A name is an operator behind an operand, an axis before `::`, a function or node type before `(`.
function readName(text: string, offset: number, before: Token | undefined): Read {
  const end = localNameEnd(text, offset)
  const first = text.slice(offset, end)
  if (expectsOperator(before)) {
    if (!operatorNames.has(first)) throw new XPathFault(`Unexpected '${first}'.`, offset)
    return [{ kind: 'operator', text: first, prefix: '', offset }, end]
  }
  const [prefix, local, last] = splitName(text, first, end)
  const next = skipBlanks(text, last)
  if (prefix === '' && text.startsWith('::', next))
    return [{ kind: 'axis', text: local, prefix, offset }, next + 2]
  if (local !== '*' && text.charAt(next) === '(') {
    const kind = prefix === '' && nodeTypes.has(local) ? 'nodeType' : 'function'
    return [{ kind, text: local, prefix, offset }, last]
  }
  return [{ kind: local === '*' ? 'wildcard' : 'name', text: local, prefix, offset }, last]
}

function splitName(text: string, first: string, end: number): readonly [string, string, number] {
  if (text.charAt(end) !== ':' || text.charAt(end + 1) === ':') return ['', first, end]
  if (text.charAt(end + 1) === '*') return [first, '*', end + 2]
  const last = localNameEnd(text, end + 1)
  if (last === end + 1) throw new XPathFault(`A name is missing after '${first}:'.`, end + 1)
  return [first, text.slice(end + 1, last), last]
}

function expectsOperator(before: Token | undefined): boolean {
  if (before === undefined || before.kind === 'operator' || before.kind === 'axis') return false
  return (
    before.kind !== 'mark' ||
    before.text === ')' ||
    before.text === ']' ||
    /^\.+$/.test(before.text)
  )
}
