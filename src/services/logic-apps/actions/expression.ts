import { compileExpression } from '../../../languages/workflow-expression/compile-expression.ts'
import type { ExpressionEnvironment } from '../../../languages/workflow-expression/environment.ts'
import type { Value } from '../../../languages/workflow-expression/value.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { leafWork } from '../leaf-action.ts'
import { succeeded } from '../outcomes.ts'
import { memberOf, objectOf, textOf } from '../workflow-value.ts'

/** The call of the language that a kind of the action stands for, with its arguments in their order. */
type Kind = (inputs: Value) => {
  readonly call: string
  readonly args: readonly (Value | undefined)[]
}

const kinds: Readonly<Record<string, Kind>> = {
  currenttime: () => ({ call: 'utcNow', args: [] }),
  addtotime: (inputs) => ({
    call: 'addToTime',
    args: [textOf(inputs, 'baseTime'), ...interval(inputs)],
  }),
  subtractfromtime: (inputs) => ({
    call: 'subtractFromTime',
    args: [textOf(inputs, 'baseTime'), ...interval(inputs)],
  }),
  getfuturetime: (inputs) => ({ call: 'getFutureTime', args: interval(inputs) }),
  getpasttime: (inputs) => ({ call: 'getPastTime', args: interval(inputs) }),
  converttimezone: (inputs) => ({
    call: 'convertTimeZone',
    args: [
      textOf(inputs, 'baseTime'),
      textOf(inputs, 'sourceTimeZone'),
      textOf(inputs, 'destinationTimeZone'),
      textOf(inputs, 'formatString'),
    ],
  }),
  indexof: (inputs) => ({
    call: 'indexOf',
    args: [textOf(inputs, 'text') ?? textOf(inputs, 'string'), textOf(inputs, 'searchText')],
  }),
  substring: (inputs) => ({
    call: 'substring',
    args: [
      textOf(inputs, 'text') ?? textOf(inputs, 'string'),
      memberOf(inputs, 'startPosition') ?? memberOf(inputs, 'startIndex'),
      memberOf(inputs, 'length'),
    ],
  }),
}

/** The date, time and text operations of the designer: they are functions of the language. https://learn.microsoft.com/connectors/datetime/ */
export const expression: ActionCompiler = (action, context) => {
  const kind = kinds[action.kind?.toLowerCase() ?? '']
  if (!kind) {
    throw context.refuse(
      action,
      `"The kind '${action.kind ?? ''}' of the action type 'Expression' is not known."`,
    )
  }
  return leafWork(action, context, {
    isExternal: false,
    execute: (inputs, call) => {
      const { call: name, args } = kind(inputs)
      const given = args.filter((arg) => arg !== undefined)
      return succeeded({ body: evaluate({ name, given }, call.environment) })
    },
  })
}

function evaluate(
  call: { name: string; given: readonly Value[] },
  environment: ExpressionEnvironment,
): Value {
  const names = call.given.map((_argument, index) => `parameters('${index}')`)
  const compiled = compileExpression(`${call.name}(${names.join(',')})`)
  return compiled.evaluate({
    clock: environment.clock,
    roots: environment.roots,
    newGuid: () => environment.newGuid(),
    random: () => environment.random(),
    callRoot: (_name, [index]) => call.given[Number(index)] ?? null,
  })
}

function interval(inputs: Value): readonly (Value | undefined)[] {
  const nested = objectOf(inputs, 'interval')
  const count = memberOf(nested, 'count') ?? memberOf(inputs, 'interval')
  const unit = textOf(nested, 'unit') ?? textOf(inputs, 'timeUnit')
  return [count, unit]
}
