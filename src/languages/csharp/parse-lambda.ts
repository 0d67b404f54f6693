import { FaultAtOffset } from './csharp-error.ts'
import { parseType } from './parse-type.ts'
import type { ExpressionSyntax, ParameterSyntax } from './syntax.ts'
import type { TokenReader } from './token-reader.ts'

/** Parses `x => ...`, `(x, y) => ...` or `(int x) => { ... }`. */
export function parseLambda(reader: TokenReader): ExpressionSyntax {
  const at = reader.current.start
  const parameters = reader.is('(') ? parseLambdaParameters(reader) : [plainParameter(reader)]
  reader.expect('=>')
  const lambda = reader.is('{')
    ? { parameters, body: undefined, block: reader.block() }
    : { parameters, body: reader.expression(), block: undefined }
  return { kind: 'lambda', lambda, at }
}

/** Parses `(int a, params string[] rest, string b = "x")`. */
export function parseParameters(reader: TokenReader): ParameterSyntax[] {
  const parameters: ParameterSyntax[] = []
  reader.expect('(')
  while (!reader.is(')')) {
    if (parameters.length > 0) reader.expect(',')
    parameters.push(parseParameter(reader))
  }
  reader.expect(')')
  return parameters
}

function parseLambdaParameters(reader: TokenReader): ParameterSyntax[] {
  const isTyped = !reader.is(')', 1) && !reader.is(')', 2) && !reader.is(',', 2)
  if (isTyped) return parseParameters(reader)
  const parameters: ParameterSyntax[] = []
  reader.expect('(')
  while (!reader.is(')')) {
    if (parameters.length > 0) reader.expect(',')
    parameters.push(plainParameter(reader))
  }
  reader.expect(')')
  return parameters
}

function plainParameter(reader: TokenReader): ParameterSyntax {
  const token = reader.identifier()
  return {
    name: token.text,
    type: undefined,
    passing: 'value',
    fallback: undefined,
    at: token.start,
  }
}

function parseParameter(reader: TokenReader): ParameterSyntax {
  const at = reader.current.start
  const passing = parsePassing(reader)
  const type = parseType(reader)
  const name = reader.current.kind === 'keyword' ? undefined : reader.identifier().text
  if (name === undefined) throw new FaultAtOffset('CS1001', 'Identifier expected.', at)
  const fallback = reader.accept('=') ? reader.expression() : undefined
  return { name, type, passing, fallback, at }
}

function parsePassing(reader: TokenReader): ParameterSyntax['passing'] {
  if (reader.accept('ref')) return 'ref'
  if (reader.accept('out')) return 'out'
  if (reader.accept('params')) return 'params'
  return reader.accept('this') ? 'this' : 'value'
}
