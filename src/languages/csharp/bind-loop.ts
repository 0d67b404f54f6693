import { JObject } from '../dotnet/json-token.ts'
import { pairsOf } from '../dotnet/json-tree.ts'
import { elementAt, lengthOf } from './arrays.ts'
import type { BoundBlock, RunStatement, StatementBinder } from './binder.ts'
import { emptySlots, Frame, type Run, type Value } from './bound.ts'
import { makesClosures } from './closure-search.ts'
import { explicitConversion } from './conversions.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { breaksFrom } from './break-search.ts'
import { iterate } from './sequences.ts'
import { Scope, turnScope, type FunctionScope } from './scope.ts'
import type { StatementSyntax } from './syntax.ts'
import type { Type } from './type-model.ts'
import { typeText } from './type-text.ts'

type Of<K extends StatementSyntax['kind']> = Extract<StatementSyntax, { kind: K }>

const inLoop = { inLoop: true }

/** `while` and `do`. */
export function bindWhile(
  binder: StatementBinder,
  statement: Of<'while' | 'do'>,
  scope: Scope,
): BoundBlock {
  const boolean = binder.world.get('System.Boolean')
  const isDo = statement.kind === 'do'
  const inner = new Scope(scope, scope.owner, inLoop)
  const early = isDo ? undefined : binder.value(statement.condition, inner)
  const before = scope.flow.save()
  const body = bindTurn(binder, statement.body, inner)
  const condition = early ?? binder.value(statement.condition, inner)
  const isEndless = condition.constant?.value === true
  if (!isDo && !isEndless) scope.flow.restore(before)
  const test = binder.convert(condition, boolean)
  const step = body.run
  const run: RunStatement = (frame) => {
    if (!isDo && test(frame) !== true) return undefined
    do {
      frame.machine.step()
      const completion = step(frame)
      if (completion === 'break') return undefined
      if (completion === 'return') return completion
    } while (test(frame) === true)
    return undefined
  }
  return { run, ends: isEndless && !breaksFrom(statement.body) }
}

/** `for`. */
export function bindFor(binder: StatementBinder, statement: Of<'for'>, scope: Scope): BoundBlock {
  const inner = new Scope(scope, scope.owner, inLoop)
  const starts = statement.start.map((start) => binder.statement(start, inner).run)
  const condition = statement.condition && binder.value(statement.condition, inner)
  const test = condition
    ? binder.convert(condition, binder.world.get('System.Boolean'))
    : () => true
  const before = scope.flow.save()
  const body = bindTurn(binder, statement.body, inner)
  const steps = statement.step.map((step) => binder.value(step, inner).run)
  const isEndless = !condition || condition.constant?.value === true
  if (!isEndless) scope.flow.restore(before)
  const loop = body.run
  const run: RunStatement = (frame) => {
    for (const start of starts) start(frame)
    while (test(frame) === true) {
      frame.machine.step()
      const completion = loop(frame)
      if (completion === 'break') return undefined
      if (completion === 'return') return completion
      for (const step of steps) step(frame)
    }
    return undefined
  }
  return { run, ends: isEndless && !breaksFrom(statement.body) }
}

/** `foreach`. */
export function bindForeach(
  binder: StatementBinder,
  statement: Of<'foreach'>,
  scope: Scope,
): BoundBlock {
  const source = pairsOfObject(binder, binder.value(statement.source, scope))
  const element = elementType(binder, source)
  const declared = statement.type ? binder.type(statement.type, scope) : element
  const conversion = explicitConversion(binder.world, {
    from: element,
    to: declared,
    isChecked: scope.marks.isChecked,
  })
  if (!conversion)
    throw new FaultAtOffset(
      'CS0030',
      `Cannot convert type '${typeText(element)}' to '${typeText(declared)}'.`,
      statement.at,
    )
  const outer = new Scope(scope, scope.owner, inLoop)
  const inner = makesClosures(statement.body) ? turnScope(outer) : outer
  const local = inner.declare(statement.name, declared, {
    at: statement.at,
    readOnly: `'${statement.name}', a foreach iteration variable`,
  })
  const before = scope.flow.save()
  const body = binder.statement(statement.body, new Scope(inner, inner.owner)).run
  scope.flow.restore(before)
  const { apply } = conversion
  const { slot } = local
  const set = (frame: Frame, item: unknown): void => {
    frame.slots[slot] = apply ? apply(item) : item
  }
  const loop: LoopTurn =
    inner === outer
      ? (frame, item) => {
          frame.machine.step()
          set(frame, item)
          return body(frame)
        }
      : (frame, item) => {
          frame.machine.step()
          return inTurn(frame, inner.owner, (turn) => {
            set(turn, item)
            return body(turn)
          })
        }
  const run =
    source.type.element && source.type.rank === 1
      ? arrayLoop(source.run, loop)
      : sequenceLoop(source.run, loop)
  return { run, ends: false }
}

// What a lambda of the body keeps must not change with the next turn: such a body gets a frame for each turn.
function bindTurn(binder: StatementBinder, body: StatementSyntax, scope: Scope): BoundBlock {
  if (!makesClosures(body)) return binder.statement(body, new Scope(scope, scope.owner))
  const inner = turnScope(scope)
  const { run, ends } = binder.statement(body, inner)
  return { run: (frame) => inTurn(frame, inner.owner, run), ends }
}

function inTurn(frame: Frame, owner: FunctionScope, run: RunStatement): ReturnType<RunStatement> {
  const turn = new Frame(emptySlots(owner.slotCount), frame, frame.machine)
  const completion = run(turn)
  if (completion === 'return') frame.result = turn.result
  return completion
}

/** A loop over a JObject goes over its pairs of names and values, though as a JToken it holds properties. */
function pairsOfObject(binder: StatementBinder, source: Value): Value {
  if (source.type.name !== 'Newtonsoft.Json.Linq.JObject') return source
  const { run } = source
  const pair = 'System.Collections.Generic.KeyValuePair<System.String,Newtonsoft.Json.Linq.JToken>'
  const type = binder.world.get(`System.Collections.Generic.IEnumerable<${pair}>`)
  return {
    ...source,
    type,
    run(frame) {
      const object = run(frame)
      return object instanceof JObject ? pairsOf(object) : object
    },
  }
}

type LoopTurn = (frame: Frame, item: unknown) => ReturnType<RunStatement>

function arrayLoop(source: Run, loop: LoopTurn): RunStatement {
  return (frame) => {
    const array = source(frame)
    const length = lengthOf(array)
    for (let index = 0; index < length; index += 1) {
      const completion = loop(frame, elementAt(array, index))
      if (completion === 'break') return undefined
      if (completion === 'return') return completion
    }
    return undefined
  }
}

function sequenceLoop(source: Run, loop: LoopTurn): RunStatement {
  return (frame) => {
    for (const item of iterate(source(frame), 'NullReferenceException')) {
      const completion = loop(frame, item)
      if (completion === 'break') return undefined
      if (completion === 'return') return completion
    }
    return undefined
  }
}

function elementType(binder: StatementBinder, source: Value): Type {
  const { world } = binder
  if (source.type.element) return source.type.element
  const generic = world.definition('System.Collections.Generic.IEnumerable', 1)
  const closed =
    generic && source.type.kind !== 'special' ? world.asInstanceOf(source.type, generic) : undefined
  if (closed?.arguments[0]) return closed.arguments[0]
  const plain = world.definition('System.Collections.IEnumerable')
  if (plain && world.asInstanceOf(source.type, plain)) return world.get('System.Object')
  throw new FaultAtOffset(
    'CS1579',
    `foreach cannot operate on values of type '${typeText(source.type)}'.`,
    source.at,
  )
}
