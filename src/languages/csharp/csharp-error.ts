import { positionAt } from '../../base/errors.ts'

/** An expression that is refused when its policy is saved: the compiler's code, and where it stands. */
export class CSharpError extends Error {
  override readonly name = 'CSharpError'
  readonly code: string
  readonly line: number
  readonly column: number

  constructor(code: string, message: string, position: { line: number; column: number }) {
    super(message)
    this.code = code
    this.line = position.line
    this.column = position.column
  }
}

/** A fault at an offset of the expression; `compileExpression` turns it into a `CSharpError`. */
export class FaultAtOffset extends Error {
  readonly code: string
  readonly offset: number

  constructor(code: string, message: string, offset: number) {
    super(message)
    this.code = code
    this.offset = offset
  }
}

/** The error with the line and column of a fault, in a text that starts at `start`. */
export function errorAt(
  fault: FaultAtOffset,
  text: string,
  start: { readonly line: number; readonly column: number },
): CSharpError {
  const inside = positionAt(text, fault.offset)
  const line = start.line + inside.line - 1
  const column = inside.line === 1 ? start.column + inside.column - 1 : inside.column
  return new CSharpError(fault.code, fault.message, { line, column })
}
