import { FaultAtOffset } from './csharp-error.ts'
import { parseExpression, parsePattern } from './parse-expression.ts'
import { parseParameters } from './parse-lambda.ts'
import { parseInitializerValue } from './parse-new.ts'
import { parseType, tryParseType } from './parse-type.ts'
import type {
  BlockSyntax,
  CatchSyntax,
  DeclaratorSyntax,
  ExpressionSyntax,
  LocalSyntax,
  StatementSyntax,
  SwitchLabel,
  SwitchSection,
  TypeSyntax,
} from './syntax.ts'
import { TokenReader } from './token-reader.ts'

const grammar = { expression: parseExpression, block: parseBlock }

/** Parses the content of `@( ... )`. */
export function parseExpressionText(text: string): ExpressionSyntax {
  const reader = new TokenReader(text, grammar)
  const value = reader.expression()
  if (reader.current.kind !== 'end') {
    throw new FaultAtOffset('CS1026', ') expected.', reader.current.start)
  }
  return value
}

/** Parses the content of `@{ ... }`. */
export function parseBlockText(text: string): BlockSyntax {
  const reader = new TokenReader(text, grammar)
  const statements: StatementSyntax[] = []
  while (reader.current.kind !== 'end') statements.push(parseStatement(reader))
  return { kind: 'block', statements, at: 0, end: text.length }
}

/** Parses the type of a declaration in a table of members: a reader over its text. */
export function readerOf(text: string): TokenReader {
  return new TokenReader(text, grammar)
}

function parseBlock(reader: TokenReader): BlockSyntax {
  const at = reader.expect('{').start
  const statements: StatementSyntax[] = []
  while (!reader.is('}')) {
    if (reader.current.kind === 'end')
      throw new FaultAtOffset('CS1513', '} expected.', reader.current.start)
    statements.push(parseStatement(reader))
  }
  return { kind: 'block', statements, at, end: reader.next().start }
}

function parseStatement(reader: TokenReader): StatementSyntax {
  return reader.deeper(() => {
    const at = reader.current.start
    const rule = reader.current.kind === 'keyword' ? keywordRules[reader.current.text] : undefined
    if (rule && !(isChecked(reader) && !reader.is('{', 1))) return rule(reader, at)
    if (reader.is('{')) return reader.block()
    if (reader.accept(';')) return { kind: 'empty', at }
    return tryParseDeclaration(reader, at) ?? parseExpressionStatement(reader, at)
  })
}

function isChecked(reader: TokenReader): boolean {
  return reader.is('checked') || reader.is('unchecked')
}

type StatementRule = (reader: TokenReader, at: number) => StatementSyntax

const keywordRules: Readonly<Record<string, StatementRule>> = {
  if: parseIf,
  while: parseWhile,
  do: parseDo,
  for: parseFor,
  foreach: parseForeach,
  switch: parseSwitch,
  try: parseTry,
  using: parseUsing,
  const: parseConst,
  throw: (reader, at) => parseValueStatement(reader, { kind: 'throw', at }),
  return: (reader, at) => parseValueStatement(reader, { kind: 'return', at }),
  break: (reader, at) => parseJump(reader, { kind: 'break', at }),
  continue: (reader, at) => parseJump(reader, { kind: 'continue', at }),
  checked: (reader, at) => parseCheckedBlock(reader, at),
  unchecked: (reader, at) => parseCheckedBlock(reader, at),
}

function parseCheckedBlock(reader: TokenReader, at: number): StatementSyntax {
  const isOn = reader.next().text === 'checked'
  return { kind: 'checked', isChecked: isOn, block: reader.block(), at }
}

function parseJump(
  reader: TokenReader,
  jump: { kind: 'break' | 'continue'; at: number },
): StatementSyntax {
  reader.next()
  reader.expect(';')
  return jump
}

function parseValueStatement(
  reader: TokenReader,
  statement: { kind: 'throw' | 'return'; at: number },
): StatementSyntax {
  reader.next()
  const value = reader.is(';') ? undefined : reader.expression()
  reader.expect(';')
  return { ...statement, value }
}

function parseCondition(reader: TokenReader): ExpressionSyntax {
  reader.expect('(')
  const condition = reader.expression()
  reader.expect(')')
  return condition
}

function parseIf(reader: TokenReader, at: number): StatementSyntax {
  reader.next()
  const condition = parseCondition(reader)
  const whenTrue = parseEmbedded(reader)
  const otherwise = reader.accept('else') ? parseEmbedded(reader) : undefined
  return { kind: 'if', condition, whenTrue, otherwise, at }
}

function parseEmbedded(reader: TokenReader): StatementSyntax {
  const statement = parseStatement(reader)
  if (statement.kind === 'local' || statement.kind === 'function') {
    throw new FaultAtOffset(
      'CS1023',
      'Embedded statement cannot be a declaration or labeled statement.',
      statement.at,
    )
  }
  return statement
}

function parseWhile(reader: TokenReader, at: number): StatementSyntax {
  reader.next()
  return { kind: 'while', condition: parseCondition(reader), body: parseEmbedded(reader), at }
}

function parseDo(reader: TokenReader, at: number): StatementSyntax {
  reader.next()
  const body = parseEmbedded(reader)
  reader.expect('while')
  const condition = parseCondition(reader)
  reader.expect(';')
  return { kind: 'do', condition, body, at }
}

function parseFor(reader: TokenReader, at: number): StatementSyntax {
  reader.next()
  reader.expect('(')
  const start = reader.is(';') ? [] : parseForStart(reader)
  reader.expect(';')
  const condition = reader.is(';') ? undefined : reader.expression()
  reader.expect(';')
  const step = reader.is(')') ? [] : parseList(reader)
  reader.expect(')')
  return { kind: 'for', start, condition, step, body: parseEmbedded(reader), at }
}

function parseForStart(reader: TokenReader): StatementSyntax[] {
  const local = tryParseLocal(reader, reader.current.start)
  if (local) return [local]
  return parseList(reader).map((value) => ({ kind: 'expression', value, at: value.at }))
}

function parseList(reader: TokenReader): ExpressionSyntax[] {
  const list = [reader.expression()]
  while (reader.accept(',')) list.push(reader.expression())
  return list
}

function parseForeach(reader: TokenReader, at: number): StatementSyntax {
  reader.next()
  reader.expect('(')
  const type = parseVariableType(reader)
  const name = reader.identifier().text
  reader.expect('in')
  const source = reader.expression()
  reader.expect(')')
  return { kind: 'foreach', type, name, source, body: parseEmbedded(reader), at }
}

function parseVariableType(reader: TokenReader): TypeSyntax | undefined {
  if (reader.isWord('var') && reader.peek(1).kind === 'identifier') {
    reader.next()
    return undefined
  }
  return parseType(reader)
}

function parseSwitch(reader: TokenReader, at: number): StatementSyntax {
  reader.next()
  const value = parseCondition(reader)
  reader.expect('{')
  const sections: SwitchSection[] = []
  while (!reader.accept('}')) sections.push(parseSection(reader))
  return { kind: 'switch', value, sections, at }
}

function parseSection(reader: TokenReader): SwitchSection {
  const at = reader.current.start
  const labels: SwitchLabel[] = []
  while (reader.is('case') || (reader.is('default') && reader.is(':', 1)))
    labels.push(parseLabel(reader))
  if (labels.length === 0) throw new FaultAtOffset('CS1513', '} expected.', at)
  const statements: StatementSyntax[] = []
  while (!reader.is('case') && !(reader.is('default') && reader.is(':', 1)) && !reader.is('}')) {
    if (reader.current.kind === 'end')
      throw new FaultAtOffset('CS1513', '} expected.', reader.current.start)
    statements.push(parseStatement(reader))
  }
  return { labels, statements, at }
}

function parseLabel(reader: TokenReader): SwitchLabel {
  const at = reader.current.start
  if (reader.accept('default')) {
    reader.expect(':')
    return { kind: 'default', at }
  }
  reader.expect('case')
  const pattern = parsePattern(reader)
  const isFiltered = reader.isWord('when')
  if (isFiltered) reader.next()
  const when = isFiltered ? reader.expression() : undefined
  reader.expect(':')
  return { kind: 'case', pattern, when, at }
}

function parseTry(reader: TokenReader, at: number): StatementSyntax {
  reader.next()
  const block = reader.block()
  const catches: CatchSyntax[] = []
  while (reader.is('catch')) catches.push(parseCatch(reader))
  const last = reader.accept('finally') ? reader.block() : undefined
  if (catches.length === 0 && !last) {
    throw new FaultAtOffset('CS1524', 'Expected catch or finally.', reader.current.start)
  }
  return { kind: 'try', block, catches, finally: last, at }
}

function parseCatch(reader: TokenReader): CatchSyntax {
  const at = reader.expect('catch').start
  let type: TypeSyntax | undefined
  let name: string | undefined
  if (reader.accept('(')) {
    type = parseType(reader)
    if (reader.current.kind === 'identifier') name = reader.next().text
    reader.expect(')')
  }
  const isFiltered = reader.isWord('when')
  if (isFiltered) reader.next()
  const filter = isFiltered ? parseCondition(reader) : undefined
  return { type, name, filter, block: reader.block(), at }
}

function parseUsing(reader: TokenReader, at: number): StatementSyntax {
  reader.next()
  reader.expect('(')
  const resource = tryParseLocal(reader, reader.current.start) ?? reader.expression()
  reader.expect(')')
  return { kind: 'using', resource, body: parseEmbedded(reader), at }
}

function parseConst(reader: TokenReader, at: number): StatementSyntax {
  reader.next()
  const local = tryParseLocal(reader, at)
  if (!local) throw new FaultAtOffset('CS1031', 'Type expected.', reader.current.start)
  reader.expect(';')
  return { ...local, isConst: true }
}

/** A local variable or function; undefined, and nothing read, when the statement is an expression. */
function tryParseDeclaration(reader: TokenReader, at: number): StatementSyntax | undefined {
  const local = tryParseLocal(reader, at)
  if (local) {
    reader.expect(';')
    return local
  }
  return tryParseFunction(reader, at)
}

function tryParseLocal(reader: TokenReader, at: number): LocalSyntax | undefined {
  const start = reader.index
  const isVar = reader.isWord('var')
  const type = tryParseType(reader)
  const isDeclared =
    type &&
    reader.current.kind === 'identifier' &&
    ['=', ';', ',', ')'].some((mark) => reader.is(mark, 1))
  if (!isDeclared) {
    const isUnfinished =
      type && reader.current.kind === 'identifier' && !reader.is('(', 1) && !reader.is('<', 1)
    if (isUnfinished) throw new FaultAtOffset('CS1002', '; expected.', reader.peek(1).start)
    reader.rewind(start)
    return undefined
  }
  const declarators: DeclaratorSyntax[] = []
  do declarators.push(parseDeclarator(reader))
  while (reader.accept(','))
  return { kind: 'local', type: isVar ? undefined : type, isConst: false, declarators, at }
}

function parseDeclarator(reader: TokenReader): DeclaratorSyntax {
  const name = reader.identifier()
  const value = reader.accept('=') ? parseInitializerValue(reader) : undefined
  return { name: name.text, value, at: name.start }
}

function tryParseFunction(reader: TokenReader, at: number): StatementSyntax | undefined {
  const start = reader.index
  const isVoid = reader.accept('void')
  const type = isVoid ? undefined : tryParseType(reader)
  const isFunction =
    (isVoid || type) &&
    reader.current.kind === 'identifier' &&
    (reader.is('(', 1) || reader.is('<', 1))
  if (!isFunction) {
    reader.rewind(start)
    return undefined
  }
  const name = reader.next().text
  const typeParameters: string[] = []
  if (reader.accept('<')) {
    do typeParameters.push(reader.identifier().text)
    while (reader.accept(','))
    reader.expect('>')
  }
  const parameters = parseParameters(reader)
  const signature = { kind: 'function' as const, name, type, typeParameters, parameters, at }
  if (!reader.accept('=>')) return { ...signature, body: undefined, block: reader.block() }
  const body = reader.expression()
  reader.expect(';')
  return { ...signature, body, block: undefined }
}

function parseExpressionStatement(reader: TokenReader, at: number): StatementSyntax {
  const value = reader.expression()
  const isAllowed =
    value.kind === 'assign' ||
    value.kind === 'call' ||
    value.kind === 'step' ||
    value.kind === 'new' ||
    (value.kind === 'when-not-null' && endsInCall(value.access))
  if (!isAllowed) {
    throw new FaultAtOffset(
      'CS0201',
      'Only assignment, call, increment, decrement, and new object expressions can be used as a statement.',
      value.at,
    )
  }
  reader.expect(';')
  return { kind: 'expression', value, at }
}

function endsInCall(access: ExpressionSyntax): boolean {
  return access.kind === 'when-not-null' ? endsInCall(access.access) : access.kind === 'call'
}
