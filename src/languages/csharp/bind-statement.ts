import { bindForeach, bindFor, bindWhile } from './bind-loop.ts'
import { bindSwitch } from './bind-switch.ts'
import { bindTry, bindUsing } from './bind-try.ts'
import type { BoundBlock, RunStatement, StatementBinder } from './binder.ts'
import type { Run, Value } from './bound.ts'
import { throwValue } from './bind-expression.ts'
import { declareFunction } from './bind-function.ts'
import { constantOf } from './constant.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { placeOf, Scope } from './scope.ts'
import type { BlockSyntax, JumpSyntax, LocalSyntax, StatementSyntax } from './syntax.ts'

type Of<K extends StatementSyntax['kind']> = Extract<StatementSyntax, { kind: K }>

/** Compiles the statements of a block, in a scope of its own. */
export function bindBlock(binder: StatementBinder, syntax: BlockSyntax, scope: Scope): BoundBlock {
  return bindStatements(binder, syntax.statements, new Scope(scope, scope.owner))
}

/** Compiles statements in a scope; local functions are known from the start. */
export function bindStatements(
  binder: StatementBinder,
  statements: readonly StatementSyntax[],
  scope: Scope,
): BoundBlock {
  const functions = statements.filter((statement) => statement.kind === 'function')
  const prepared = functions.map((statement) => declareFunction(binder, statement, scope))
  const runs: RunStatement[] = []
  let ends = false
  for (const statement of statements) {
    if (statement.kind === 'function') continue
    const bound = bindStatement(binder, statement, scope)
    runs.push(bound.run)
    ends ||= bound.ends
  }
  const makers = prepared.map((prepare) => prepare())
  return { run: sequence([...makers, ...runs]), ends }
}

function sequence(runs: readonly RunStatement[]): RunStatement {
  const [first, second] = runs
  if (!first) return () => undefined
  if (!second) return first
  return (frame) => {
    for (const run of runs) {
      const completion = run(frame)
      if (completion !== undefined) return completion
    }
    return undefined
  }
}

/** Compiles one statement. */
export function bindStatement(
  binder: StatementBinder,
  statement: StatementSyntax,
  scope: Scope,
): BoundBlock {
  switch (statement.kind) {
    case 'block':
      return bindBlock(binder, statement, scope)
    case 'local':
      return goesOn(bindLocal(binder, statement, scope))
    case 'empty':
      return { run: () => undefined, ends: false }
    case 'expression':
      return goesOn(binder.value(statement.value, scope).run)
    case 'if':
      return bindIf(binder, statement, scope)
    case 'while':
    case 'do':
      return bindWhile(binder, statement, scope)
    case 'for':
      return bindFor(binder, statement, scope)
    case 'foreach':
      return bindForeach(binder, statement, scope)
    case 'switch':
      return bindSwitch(binder, statement, scope)
    case 'try':
      return bindTry(binder, statement, scope)
    case 'using':
      return bindUsing(binder, statement, scope)
    case 'break':
    case 'continue':
      return bindJump(statement, scope)
    case 'return':
      return bindReturn(binder, statement, scope)
    case 'throw':
      return bindThrowStatement(binder, statement, scope)
    case 'checked':
      return binder.block(
        statement.block,
        new Scope(scope, scope.owner, {
          isChecked: statement.isChecked,
          isUnchecked: !statement.isChecked,
        }),
      )
    case 'function':
      return { run: () => undefined, ends: false }
  }
}

function goesOn(run: Run): BoundBlock {
  return {
    run(frame) {
      run(frame)
      return undefined
    },
    ends: false,
  }
}

function bindLocal(binder: StatementBinder, statement: LocalSyntax, scope: Scope): Run {
  const runs = statement.declarators.map((declarator): Run => {
    const { name, value, at } = declarator
    if (!value) {
      if (!statement.type)
        throw new FaultAtOffset('CS0818', 'Implicitly-typed variables must be initialized.', at)
      const local = scope.declare(name, binder.type(statement.type, scope), { at })
      scope.flow.markUnassigned(local)
      return () => undefined
    }
    if (statement.type) {
      const type = binder.type(statement.type, scope)
      const constant =
        statement.isConst && value.kind !== 'initializer' ? constantOf(value) : undefined
      const local = scope.declare(name, type, {
        at,
        ...(statement.isConst ? { readOnly: 'a constant' } : {}),
        ...(constant ? { constant } : {}),
      })
      if (value.kind === 'initializer')
        return placeOf(local, scope.owner).assign(binder.arrayInitializer(value, type, scope))
      return placeOf(local, scope.owner).assign(binder.valueAs(value, type, scope))
    }
    if (value.kind === 'initializer')
      throw new FaultAtOffset(
        'CS0820',
        'Cannot initialize an implicitly-typed variable with an array initializer.',
        at,
      )
    const bound = binder.value(value, scope)
    if (bound.type.kind === 'special')
      throw new FaultAtOffset(
        'CS0815',
        `Cannot assign ${bound.type.name} to an implicitly-typed variable.`,
        at,
      )
    return placeOf(scope.declare(name, bound.type, { at }), scope.owner).assign(bound.run)
  })
  const [only] = runs
  if (only && runs.length === 1) return only
  return (frame) => {
    for (const run of runs) run(frame)
  }
}

function bindIf(binder: StatementBinder, statement: Of<'if'>, scope: Scope): BoundBlock {
  const condition = binder.valueAs(statement.condition, binder.world.get('System.Boolean'), scope)
  const before = scope.flow.save()
  const then = bindStatement(binder, statement.whenTrue, new Scope(scope, scope.owner))
  const afterThen = scope.flow.save()
  scope.flow.restore(before)
  const otherwise =
    statement.otherwise && bindStatement(binder, statement.otherwise, new Scope(scope, scope.owner))
  const afterElse = scope.flow.save()
  scope.flow.join([
    { state: afterThen, ends: then.ends },
    { state: afterElse, ends: otherwise?.ends ?? false },
  ])
  const yes = then.run
  const no = otherwise?.run
  const run: RunStatement = no
    ? (frame) => (condition(frame) === true ? yes(frame) : no(frame))
    : (frame) => (condition(frame) === true ? yes(frame) : undefined)
  return { run, ends: then.ends && (otherwise?.ends ?? false) }
}

function bindJump(statement: JumpSyntax, scope: Scope): BoundBlock {
  const { kind, at } = statement
  const isInside = scope.marks.inLoop || (kind === 'break' && scope.marks.inSwitch)
  if (!isInside)
    throw new FaultAtOffset('CS0139', 'No enclosing loop out of which to break or continue.', at)
  return { run: () => kind, ends: true }
}

function bindReturn(binder: StatementBinder, statement: Of<'return'>, scope: Scope): BoundBlock {
  const { returnType, returned } = scope.owner
  const { value, at } = statement
  if (!value) {
    if (returnType && returnType.name !== 'void')
      throw new FaultAtOffset(
        'CS0126',
        'An object of a type convertible to the result is required.',
        at,
      )
    return { run: () => 'return', ends: true }
  }
  if (returnType?.name === 'void')
    throw new FaultAtOffset(
      'CS0127',
      'A return keyword must not be followed by an expression here.',
      at,
    )
  const bound: Value | undefined = returnType ? undefined : binder.value(value, scope)
  if (bound) returned.push(bound)
  const run =
    bound?.run ?? binder.valueAs(value, returnType ?? binder.world.get('System.Object'), scope)
  return {
    run(frame) {
      frame.result = run(frame)
      return 'return'
    },
    ends: true,
  }
}

function bindThrowStatement(
  binder: StatementBinder,
  statement: Of<'throw'>,
  scope: Scope,
): BoundBlock {
  if (!statement.value) {
    if (!scope.marks.caught)
      throw new FaultAtOffset(
        'CS0156',
        'A throw statement with no arguments is not allowed outside of a catch clause.',
        statement.at,
      )
    const { caught } = scope.marks
    const read = caught.run
    return { run: (frame) => throwValue(read(frame)), ends: true }
  }
  const exception = binder.valueAs(statement.value, binder.world.get('System.Exception'), scope)
  return { run: (frame) => throwValue(exception(frame)), ends: true }
}
