import { DotnetException, isExceptionOf } from '../dotnet/exceptions.ts'
import type { BoundBlock, Completion, RunStatement, StatementBinder } from './binder.ts'
import type { Frame, Run, Value } from './bound.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { isDisposable } from './disposable.ts'
import { placeOf, readLocal, Scope } from './scope.ts'
import type { CatchSyntax, StatementSyntax } from './syntax.ts'
import { typeText } from './type-text.ts'

type Of<K extends StatementSyntax['kind']> = Extract<StatementSyntax, { kind: K }>

/** `try` with its `catch` and `finally`. Limits are no exceptions: nothing catches them. */
export function bindTry(binder: StatementBinder, statement: Of<'try'>, scope: Scope): BoundBlock {
  const before = scope.flow.save()
  const block = binder.block(statement.block, scope)
  const branches = [{ state: scope.flow.save(), ends: block.ends }]
  const handlers = statement.catches.map((one) => {
    scope.flow.restore(before)
    const handler = bindCatch(binder, one, scope)
    branches.push({ state: scope.flow.save(), ends: handler.ends })
    return handler
  })
  scope.flow.join(branches)
  const last = statement.finally && binder.block(statement.finally, scope)
  const guarded = handlers.length === 0 ? block.run : catchRun(block.run, handlers)
  const run = last ? finallyRun(guarded, last.run) : guarded
  const ends = (block.ends && handlers.every((handler) => handler.ends)) || (last?.ends ?? false)
  return { run, ends }
}

interface Handler {
  readonly accepts: (frame: Frame, exception: DotnetException) => boolean
  readonly run: RunStatement
  readonly ends: boolean
}

function catchRun(block: RunStatement, handlers: readonly Handler[]): RunStatement {
  return (frame) => {
    const { machine } = frame
    const { depth } = machine
    try {
      return block(frame)
    } catch (error) {
      if (!(error instanceof DotnetException)) throw error
      machine.depth = depth
      const handler = handlers.find((one) => one.accepts(frame, error))
      if (!handler) throw error
      return handler.run(frame)
    }
  }
}

function finallyRun(guarded: RunStatement, last: RunStatement): RunStatement {
  return (frame) => {
    let completion: Completion
    let result: unknown
    try {
      completion = guarded(frame)
      ;({ result } = frame)
    } catch (error) {
      last(frame)
      throw error
    }
    last(frame)
    frame.result = result
    return completion
  }
}

function bindCatch(binder: StatementBinder, one: CatchSyntax, scope: Scope): Handler {
  const exception = binder.world.get('System.Exception')
  const type = one.type ? binder.type(one.type, scope) : exception
  if (!binder.world.isSubtype(type, exception)) {
    throw new FaultAtOffset(
      'CS0155',
      `The type caught or thrown must be derived from System.Exception, not '${typeText(type)}'.`,
      one.at,
    )
  }
  const outer = new Scope(scope, scope.owner)
  const local = outer.declare(one.name ?? '<caught>', type, { at: one.at })
  const caught: Value = { kind: 'value', type, run: readLocal(local, scope.owner), at: one.at }
  const inner = new Scope(outer, scope.owner, { caught })
  const filter = one.filter && binder.valueAs(one.filter, binder.world.get('System.Boolean'), inner)
  const block = binder.block(one.block, inner)
  const place = placeOf(local, scope.owner)
  const accepts = (frame: Frame, thrown: DotnetException): boolean => {
    if (!isExceptionOf(thrown.typeName, type.name)) return false
    place.open(frame).set(thrown)
    return filter === undefined || passes(filter, frame)
  }
  return { accepts, run: block.run, ends: block.ends }
}

/** A filter that throws counts as false. */
function passes(filter: Run, frame: Frame): boolean {
  const { depth } = frame.machine
  try {
    return filter(frame) === true
  } catch (error) {
    if (!(error instanceof DotnetException)) throw error
    frame.machine.depth = depth
    return false
  }
}

/** `using (resource) body`: disposes the resource however the body ends. */
export function bindUsing(
  binder: StatementBinder,
  statement: Of<'using'>,
  scope: Scope,
): BoundBlock {
  const inner = new Scope(scope, scope.owner)
  const { resource } = statement
  const disposals: Run[] = []
  let open: Run
  if (resource.kind === 'local') {
    open = binder.statement(resource, inner).run
    for (const declarator of resource.declarators) {
      const local = inner.find(declarator.name)
      if (local && 'slot' in local) disposals.push(readLocal(local, scope.owner))
    }
  } else {
    const value = binder.value(resource, inner)
    const slot = inner.hidden()
    const { run } = value
    open = (frame) => (frame.slots[slot] = run(frame))
    disposals.push((frame) => frame.slots[slot])
  }
  const body = binder.statement(statement.body, inner)
  const close: RunStatement = (frame) => {
    for (const read of disposals) {
      const value = read(frame)
      if (isDisposable(value)) value.dispose()
    }
    return undefined
  }
  const guarded = finallyRun(body.run, close)
  return {
    run(frame) {
      open(frame)
      return guarded(frame)
    },
    ends: body.ends,
  }
}
