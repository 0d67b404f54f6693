import type { StatementSyntax } from './syntax.ts'

/** True when a `break` in a statement leaves the loop or switch around it. */
export function breaksFrom(statement: StatementSyntax): boolean {
  if (statement.kind === 'break') return true
  return innerStatements(statement).some(breaksFrom)
}

/** What is inside a statement, but for loops and switches, whose breaks are their own. */
function innerStatements(statement: StatementSyntax): readonly StatementSyntax[] {
  if (statement.kind === 'block') return statement.statements
  if (statement.kind === 'if') {
    return statement.otherwise ? [statement.whenTrue, statement.otherwise] : [statement.whenTrue]
  }
  if (statement.kind === 'using') return [statement.body]
  if (statement.kind === 'checked') return [statement.block]
  if (statement.kind !== 'try') return []
  const last = statement.finally ? [statement.finally] : []
  return [statement.block, ...statement.catches.map((one) => one.block), ...last]
}
