import type { JsonPath } from '../../base/json-source.ts'
import {
  compile,
  compileExpression,
  guarded,
  type CompiledExpression,
} from './compile-expression.ts'
import { ExpressionSyntaxError } from './expression-error.ts'
import type { Evaluator } from './function-body.ts'
import { parseExpression } from './parse-expression.ts'
import { callsOf, type CallReference } from './references.ts'
import { checkLength } from './text-length.ts'
import { textOf } from './value-text.ts'

/** A text of inputs: the text that it stands for, or what has to be evaluated. */
export function compileText(text: string, path: JsonPath): string | CompiledExpression {
  if (text.length < 2 || !text.includes('@')) return text
  if (text.startsWith('@@')) return text.slice(1)
  if (text.startsWith('@') && !text.startsWith('@{')) return compileWhole(text, path)
  return text.includes('@{') ? compilePieces(text, path) : text
}

function compileWhole(text: string, path: JsonPath): CompiledExpression {
  const { calls, evaluate } = placed(path, 1, () => compileExpression(text.slice(1)))
  return {
    calls: calls.map((call) => ({ ...call, offset: call.offset + 1, path })),
    evaluate,
  }
}

type Piece = string | Evaluator

function compilePieces(text: string, path: JsonPath): string | CompiledExpression {
  const pieces: Piece[] = []
  const calls: CallReference[] = []
  let literal = ''
  let position = 0
  for (;;) {
    const start = text.indexOf('@{', position)
    if (start < 0) break
    if (text[start - 1] === '@' && start > position) {
      // `@@{`: one of the two signs stays.
      literal += `${text.slice(position, start - 1)}@{`
      position = start + 2
      continue
    }
    pieces.push(literal + text.slice(position, start))
    literal = ''
    const parsed = placed(path, 0, () => parseExpression(text, start + 2, 'RightCurlyBracket'))
    pieces.push(compile(parsed.expression, text))
    calls.push(...callsOf(parsed.expression).map((call) => ({ ...call, path })))
    position = parsed.end
  }
  literal += text.slice(position)
  if (calls.length === 0 && pieces.length === 0) return literal
  pieces.push(literal)
  return { calls, evaluate: guarded(joined(pieces.filter((piece) => piece !== ''))) }
}

function joined(pieces: readonly Piece[]): Evaluator {
  const [only] = pieces
  if (pieces.length === 1 && typeof only === 'function') {
    return (environment) => textOf(only(environment))
  }
  return (environment) => {
    let text = ''
    for (const piece of pieces) {
      text += typeof piece === 'string' ? piece : textOf(piece(environment))
      checkLength(text)
    }
    return text
  }
}

function placed<Result>(path: JsonPath, offset: number, parse: () => Result): Result {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error
    throw new ExpressionSyntaxError(error.message, error.offset + offset, path)
  }
}
