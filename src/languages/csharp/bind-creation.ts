import type { Binder } from './binder.ts'
import type { Run, Value } from './bound.ts'
import { arrayOf, DotnetGrid } from './arrays.ts'
import { bindArguments } from './bind-arguments.ts'
import { bindConstruction } from './bind-call.ts'
import { indexValue } from './bind-index.ts'
import { instanceMember } from './bind-names.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { tryChoose } from './overload.ts'
import { callRun } from './call.ts'
import type { Frame } from './bound.ts'
import type { Scope } from './scope.ts'
import type { ExpressionSyntax, Initializer, InitializerItem } from './syntax.ts'
import type { Type } from './type-model.ts'
import { typeText } from './type-text.ts'
import { AnonymousObject } from '../dotnet/anonymous-object.ts'

type NewSyntax = Extract<ExpressionSyntax, { kind: 'new' }>

/** `new T(...) { ... }`. */
export function bindNew(binder: Binder, syntax: NewSyntax, scope: Scope): Value {
  const type = binder.type(syntax.type, scope)
  const list = bindArguments(binder, syntax.arguments, scope)
  const made = bindConstruction(binder, type, { list, scope, at: syntax.at })
  if (!syntax.initializer) return made
  const slot = scope.hidden()
  const self: Value = { kind: 'value', type, run: (frame) => frame.slots[slot], at: syntax.at }
  const steps = bindItems(binder, self, { initializer: syntax.initializer, scope })
  const { run } = made
  const build: Run = (frame) => {
    const before = frame.slots[slot]
    const object = run(frame)
    frame.slots[slot] = object
    for (const step of steps) step(frame)
    frame.slots[slot] = before
    return object
  }
  return { kind: 'value', type, run: build, at: syntax.at }
}

function bindItems(
  binder: Binder,
  self: Value,
  use: { initializer: Initializer; scope: Scope },
): Run[] {
  return use.initializer.items.map((item) => bindItem(binder, self, { item, scope: use.scope }))
}

function bindItem(binder: Binder, self: Value, use: { item: InitializerItem; scope: Scope }): Run {
  const { item, scope } = use
  switch (item.kind) {
    case 'element':
      return addRun(binder, self, { values: item.values, scope, at: item.at })
    case 'row':
      return addRun(binder, self, { values: elementsOf(item.row), scope, at: item.at })
    case 'member': {
      const member = instanceMember(binder, self, {
        name: item.name,
        typeArguments: [],
        at: item.at,
      })
      if (member.kind !== 'value')
        throw new FaultAtOffset('CS1913', `Member '${item.name}' cannot be initialized.`, item.at)
      return assignItem(binder, member, { value: item.value, scope, at: item.at })
    }
    case 'index': {
      const list = bindArguments(binder, item.arguments, scope)
      const target = indexValue(binder, self, { list, scope, at: item.at })
      return assignItem(binder, target, { value: item.value, scope, at: item.at })
    }
  }
}

function assignItem(
  binder: Binder,
  target: Value,
  use: { value: Initializer | ExpressionSyntax; scope: Scope; at: number },
): Run {
  const { value, scope, at } = use
  if (value.kind === 'initializer') {
    const steps = bindItems(binder, target, { initializer: value, scope })
    return (frame) => {
      for (const step of steps) step(frame)
    }
  }
  if (!target.place)
    throw new FaultAtOffset('CS0200', 'The member cannot be assigned to: it is read only.', at)
  return target.place.assign(binder.valueAs(value, target.type, scope))
}

function elementsOf(row: Initializer): ExpressionSyntax[] {
  return row.items.flatMap((item) => (item.kind === 'element' ? item.values : []))
}

function addRun(
  binder: Binder,
  self: Value,
  use: { values: readonly ExpressionSyntax[]; scope: Scope; at: number },
): Run {
  const list = use.values.map((value) => ({
    name: undefined,
    passing: 'value' as const,
    operand: binder.operand(value, use.scope),
    at: value.at,
  }))
  const found = binder.world.members(self.type, 'Add').filter((one) => one.member.kind === 'method')
  const choice = tryChoose(binder, found, {
    name: 'Add',
    arguments: list,
    typeArguments: [],
    at: use.at,
  })
  if (!choice) {
    throw new FaultAtOffset(
      'CS1950',
      `No overload of Add of '${typeText(self.type)}' takes the elements of the initializer.`,
      use.at,
    )
  }
  return callRun(binder.world, choice, self)
}

/** `{ 1, 2 }` behind an array type, nested for more dimensions. */
export function arrayInitializer(
  binder: Binder,
  initializer: Initializer,
  use: { type: Type; scope: Scope },
): Run {
  const { type, scope } = use
  const { element } = type
  if (!element)
    throw new FaultAtOffset(
      'CS0622',
      'Can only use array initializer expressions to assign to array types.',
      initializer.at,
    )
  if (type.rank > 1) return gridInitializer(binder, initializer, { type, element, scope })
  const runs = initializer.items.map((item): Run => {
    if (item.kind === 'row') return arrayInitializer(binder, item.row, { type: element, scope })
    const value = item.kind === 'element' ? item.values[0] : undefined
    if (!value) throw new FaultAtOffset('CS0747', 'Invalid initializer member declarator.', item.at)
    return binder.valueAs(value, element, scope)
  })
  return (frame) =>
    arrayOf(
      element.name,
      runs.map((run) => run(frame)),
    )
}

function gridInitializer(
  binder: Binder,
  initializer: Initializer,
  use: { type: Type; element: Type; scope: Scope },
): Run {
  const { element, scope } = use
  const lengths: number[] = []
  const runs: Run[] = []
  const visit = (level: Initializer, depth: number): void => {
    lengths[depth] ??= level.items.length
    if (lengths[depth] !== level.items.length)
      throw new FaultAtOffset(
        'CS0847',
        'An array initializer of another length was expected.',
        level.at,
      )
    for (const item of level.items) {
      if (item.kind === 'row') visit(item.row, depth + 1)
      else if (item.kind === 'element' && item.values[0])
        runs.push(binder.valueAs(item.values[0], element, scope))
    }
  }
  visit(initializer, 0)
  return (frame) =>
    new DotnetGrid(
      element.name,
      lengths,
      runs.map((run) => run(frame)),
    )
}

/** `new { A = 1, b.C }`. */
export function bindAnonymous(
  binder: Binder,
  syntax: Extract<ExpressionSyntax, { kind: 'anonymous' }>,
  scope: Scope,
): Value {
  const members = syntax.members.map((member) => ({
    name: member.name,
    value: binder.value(member.value, scope),
  }))
  for (const { value } of members) {
    if (value.type.kind === 'special')
      throw new FaultAtOffset(
        'CS0828',
        `Cannot assign ${typeText(value.type)} to anonymous type property.`,
        value.at,
      )
  }
  const type = binder.world.anonymous(
    members.map((member) => ({ name: member.name, type: member.value.type })),
  )
  const parts = members.map((member) => ({ name: member.name, run: member.value.run }))
  const run = (frame: Frame): AnonymousObject =>
    new AnonymousObject(new Map(parts.map((part) => [part.name, part.run(frame)])), type.name)
  return { kind: 'value', type, run, at: syntax.at }
}
