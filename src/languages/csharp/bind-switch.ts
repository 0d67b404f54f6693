import type { BoundBlock, RunStatement, StatementBinder } from './binder.ts'
import type { Frame } from './bound.ts'
import { patternTest } from './bind-pattern.ts'
import { breaksFrom } from './break-search.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { Scope } from './scope.ts'
import type { StatementSyntax, SwitchLabel } from './syntax.ts'
import type { Type } from './type-model.ts'

type SwitchSyntax = Extract<StatementSyntax, { kind: 'switch' }>

type LabelTest = (frame: Frame, value: unknown) => boolean

/** `switch`: the first label that fits runs its section; a section must not run into the next. */
export function bindSwitch(
  binder: StatementBinder,
  statement: SwitchSyntax,
  scope: Scope,
): BoundBlock {
  const value = binder.value(statement.value, scope)
  const before = scope.flow.save()
  const outer = new Scope(scope, scope.owner, { inSwitch: true })
  const branches: { state: ReturnType<typeof scope.flow.save>; ends: boolean }[] = []
  const sections = statement.sections.map((section) => {
    scope.flow.restore(before)
    const inner = new Scope(outer, scope.owner)
    const tests = section.labels.map((label) =>
      labelTest(binder, label, { type: value.type, scope: inner }),
    )
    const body = binder.statements(section.statements, inner)
    if (!body.ends)
      throw new FaultAtOffset(
        'CS0163',
        'Control cannot fall through from one case label to another.',
        section.at,
      )
    const breaks = section.statements.some(breaksFrom)
    branches.push({ state: scope.flow.save(), ends: !breaks })
    return {
      tests,
      run: body.run,
      isDefault: section.labels.some((label) => label.kind === 'default'),
      breaks,
    }
  })
  const fallback = sections.find((section) => section.isDefault)
  if (!fallback) branches.push({ state: before, ends: false })
  scope.flow.join(branches)
  const source = value.run
  const run: RunStatement = (frame) => {
    const subject = source(frame)
    const section =
      sections.find((one) => one.tests.some((test) => test(frame, subject))) ?? fallback
    const completion = section?.run(frame)
    return completion === 'break' ? undefined : completion
  }
  return { run, ends: fallback !== undefined && sections.every((section) => !section.breaks) }
}

function labelTest(
  binder: StatementBinder,
  label: SwitchLabel,
  use: { type: Type; scope: Scope },
): LabelTest {
  if (label.kind === 'default') return () => false
  const test = patternTest(binder, label.pattern, use)
  if (!label.when) return test
  const when = binder.valueAs(label.when, binder.world.get('System.Boolean'), use.scope)
  return (frame, value) => test(frame, value) && when(frame) === true
}
