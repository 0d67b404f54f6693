import { isJsonObject, stringMember, tryParseJson, type JsonObject } from '../base/json.ts'
import { compileExpression } from '../languages/csharp/compile.ts'
import { CSharpError } from '../languages/csharp/csharp-error.ts'
import { LimitError } from '../languages/dotnet/work-limit.ts'
import type { PolicyContext } from '../languages/csharp/policy-context.ts'
import { DotnetException } from '../languages/dotnet/exceptions.ts'
import { writeResult } from './policy-result.ts'

/** Evaluates one line `{"id","expr"}` and gives the line that answers it. */
export function evaluateLine(line: string, context: () => PolicyContext): JsonObject {
  const request = tryParseJson(line)
  const expression = stringMember(request, 'expr')
  const id = isJsonObject(request) ? (request['id'] ?? null) : null
  if (expression === undefined)
    return {
      id,
      rejected: true,
      line: 1,
      column: 1,
      reason: "A line must be JSON with 'id' and 'expr'.",
    }
  return { id, ...evaluateText(expression, context) }
}

/** The outcome of an expression written with its `@( )` or `@{ }`. */
export function evaluateText(expression: string, context: () => PolicyContext): JsonObject {
  try {
    const trimmed = expression.trim()
    const kind = shapeOf(trimmed)
    if (!kind)
      return { rejected: true, line: 1, column: 1, reason: 'An expression stands in @( ) or @{ }.' }
    const compiled = compileExpression(trimmed.slice(2, -1), {
      kind,
      position: { line: 1, column: 3 },
    })
    const { type, value } = writeResult(compiled.evaluate(context()).value)
    return { type, value }
  } catch (error) {
    return faultOf(error)
  }
}

function shapeOf(text: string): 'expression' | 'block' | undefined {
  if (text.startsWith('@(') && text.endsWith(')')) return 'expression'
  return text.startsWith('@{') && text.endsWith('}') ? 'block' : undefined
}

function faultOf(error: unknown): JsonObject {
  if (error instanceof DotnetException) return { throws: error.typeName, message: error.message }
  if (error instanceof LimitError)
    return { throws: 'System.TimeoutException', message: error.message }
  if (error instanceof CSharpError) {
    return {
      rejected: true,
      line: error.line,
      column: error.column,
      reason: `${error.code}: ${error.message}`,
    }
  }
  throw error
}
