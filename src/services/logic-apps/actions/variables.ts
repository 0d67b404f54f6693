import type { Outcome } from '../../../engines/workflow/action-call.ts'
import { variablesMax } from '../../../engines/workflow/limits.ts'
import type { VariableChange } from '../../../engines/workflow/variables.ts'
import { textOf } from '../../../languages/workflow-expression/value-text.ts'
import {
  type Value,
  isArray,
  isInteger,
  isNumber,
  isObject,
  kindOf,
  makeDouble,
  makeInteger,
  toDouble,
  WholeDouble,
  fitsInteger,
} from '../../../languages/workflow-expression/value.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { leafWork, type LeafCall } from '../leaf-action.ts'
import { failed } from '../outcomes.ts'
import { listOf, memberOf, textOf as textMember } from '../workflow-value.ts'

const types = ['String', 'Integer', 'Float', 'Boolean', 'Object', 'Array'] as const
type VariableType = (typeof types)[number]

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-create-variables-store-values#initialize-variable */
export const initializeVariable: ActionCompiler = (action, context) => {
  const declared = listOf(action.inputs, 'variables')
  if (action.path.includes('/')) {
    throw context.refuse(
      action,
      `"The variable action '${action.name}' of type 'InitializeVariable' cannot be nested in an action of another type: variables are initialized at the top level only."`,
    )
  }
  const kinds = declared.map((variable) => variableType(textMember(variable, 'type')))
  if (declared.length === 0 || kinds.some((type) => type === undefined)) {
    throw context.refuse(
      action,
      `"The 'variables' property of 'inputs' must list variables with 'name' and 'type', one of '${types.join(', ')}'."`,
    )
  }
  return leafWork(action, context, {
    isExternal: false,
    execute: (inputs, call) => {
      const changes: VariableChange[] = []
      for (const [index, variable] of listOf(inputs, 'variables').entries()) {
        const type = kinds[index] ?? 'Object'
        const name = textMember(variable, 'name') ?? ''
        const value = coerced(type, memberOf(variable, 'value') ?? null)
        if (call.frame.run.variables.has(name)) {
          return fault(call, `The variable '${name}' is already initialized.`)
        }
        if (call.frame.run.variables.size >= variablesMax) {
          return fault(call, `A workflow can have at most '${variablesMax}' variables.`)
        }
        if (value === undefined)
          return wrongType(call, { name, type, value: memberOf(variable, 'value') ?? null })
        changes.push({ kind: 'initialize', name, type, value })
      }
      return changed(changes)
    },
  })
}

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-create-variables-store-values#set-variable */
export const setVariable: ActionCompiler = (action, context) =>
  leafWork(action, context, {
    isExternal: false,
    execute: (inputs, call) =>
      withVariable(inputs, call, ({ name, type, value }) => {
        const to = coerced(type, value)
        if (to === undefined) return wrongType(call, { name, type, value })
        return changed([{ kind: 'set', name, value: to }], { name, value: to })
      }),
  })

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-create-variables-store-values#increment-variable */
export const incrementVariable: ActionCompiler = (action, context) =>
  leafWork(action, context, {
    isExternal: false,
    execute: (inputs, call) => step(inputs, call, 1n),
  })

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-create-variables-store-values#decrement-variable */
export const decrementVariable: ActionCompiler = (action, context) =>
  leafWork(action, context, {
    isExternal: false,
    execute: (inputs, call) => step(inputs, call, -1n),
  })

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-create-variables-store-values#append-variable */
export const appendToArrayVariable: ActionCompiler = (action, context) =>
  leafWork(action, context, {
    isExternal: false,
    execute: (inputs, call) =>
      withVariable(inputs, call, ({ name, type, value }) => {
        if (type !== 'Array') return wrongKind(call, { name, type, expected: 'Array' })
        if (value === null || isArray(value)) {
          return fault(
            call,
            `The value of type '${kindOf(value)}' cannot be appended to the variable '${name}' of type 'Array'.`,
          )
        }
        return changed([{ kind: 'appendToArray', name, value }], { name, value })
      }),
  })

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-create-variables-store-values#append-variable */
export const appendToStringVariable: ActionCompiler = (action, context) =>
  leafWork(action, context, {
    isExternal: false,
    execute: (inputs, call) =>
      withVariable(inputs, call, ({ name, type, value }) => {
        if (type !== 'String') return wrongKind(call, { name, type, expected: 'String' })
        const text = textOf(value)
        return changed([{ kind: 'appendToString', name, value: text }], { name, value: text })
      }),
  })

interface Target {
  readonly name: string
  readonly type: VariableType
  readonly value: Value
}

function withVariable(inputs: Value, call: LeafCall, change: (target: Target) => Outcome): Outcome {
  const name = textMember(inputs, 'name') ?? ''
  const type = variableType(call.frame.run.variables.typeOf(name))
  if (type === undefined) {
    return fault(
      call,
      `The variable '${name}' must be initialized before it can be used inside action '${call.name}'.`,
    )
  }
  return change({ name, type, value: memberOf(inputs, 'value') ?? null })
}

function step(inputs: Value, call: LeafCall, sign: 1n | -1n): Outcome {
  return withVariable(inputs, call, ({ name, type, value }) => {
    const by = memberOf(inputs, 'value') === undefined ? 1 : value
    const from = call.frame.run.variables.peek(name) ?? 0
    if (type !== 'Integer' && type !== 'Float') {
      return wrongKind(call, { name, type, expected: 'Integer, Float' })
    }
    const isWhole = type === 'Integer'
    if (!isNumber(by) || (isWhole && !isInteger(by)) || !isNumber(from)) {
      return wrongType(call, { name, type, value: by })
    }
    if (!isWhole) {
      const to = makeDouble(toDouble(from) + Number(sign) * toDouble(by))
      return changed([{ kind: 'set', name, value: to }], { name, value: to })
    }
    const sum = BigInt(toWhole(from)) + sign * BigInt(toWhole(by))
    if (!fitsInteger(sum)) return fault(call, `The value of the variable '${name}' is too large.`)
    const to = makeInteger(sum)
    return changed([{ kind: 'set', name, value: to }], { name, value: to })
  })
}

function toWhole(value: Value): number | bigint {
  return isInteger(value) ? value : 0
}

function changed(variables: readonly VariableChange[], body?: Value): Outcome {
  return {
    status: 'Succeeded',
    code: 'NotSpecified',
    variables,
    ...(body === undefined ? {} : { outputs: { body } }),
  }
}

/** The value as the type of a variable takes it; `undefined` where it does not. */
function coerced(type: VariableType, value: Value): Value | undefined {
  if (value === null) return empty(type)
  switch (type) {
    case 'String':
      return typeof value === 'string' ? value : undefined
    case 'Integer':
      return isInteger(value) ? value : undefined
    case 'Float':
      if (isInteger(value)) return new WholeDouble(Number(value))
      return isNumber(value) ? value : undefined
    case 'Boolean':
      return typeof value === 'boolean' ? value : undefined
    case 'Object':
      return isObject(value) ? value : undefined
    case 'Array':
      return isArray(value) ? value : undefined
  }
}

function empty(type: VariableType): Value {
  switch (type) {
    case 'String':
      return ''
    case 'Integer':
      return 0
    case 'Float':
      return new WholeDouble(0)
    case 'Boolean':
      return false
    case 'Object':
      return null
    case 'Array':
      return []
  }
}

function variableType(text: string | undefined): VariableType | undefined {
  return types.find((type) => type.toLowerCase() === text?.toLowerCase())
}

function wrongType(call: LeafCall, target: Target): Outcome {
  const { name, type, value } = target
  return fault(
    call,
    `The variable '${name}' of type '${type}' cannot be initialized or updated with value of type '${kindOf(value)}'. The variable '${name}' only supports values of types '${type}'.`,
  )
}

function wrongKind(
  call: LeafCall,
  target: { name: string; type: string; expected: string },
): Outcome {
  const { name, type, expected } = target
  return fault(
    call,
    `The variable '${name}' is of type '${type}', and the action needs a variable of type '${expected}'.`,
  )
}

function fault(call: LeafCall, message: string): Outcome {
  return failed(
    'BadRequest',
    `The inputs of workflow run action '${call.name}' of type '${call.action.type}' are not valid. ${message}`,
  )
}
