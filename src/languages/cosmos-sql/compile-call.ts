import assert from 'node:assert/strict'
import { isAggregate, type AggregateName } from './aggregates.ts'
import { newSlot, queryError, type Compilation, type Evaluate, type Scope } from './compilation.ts'
import type { FunctionDefinition } from './functions/function-definition.ts'
import { systemFunctions } from './functions/system-functions.ts'
import { unsupportedFunctions } from './functions/unsupported.ts'
import type { CallExpression, Expression } from './syntax-tree.ts'
import type { Value } from './values.ts'

interface CallSite {
  readonly scope: Scope
  readonly compile: (compilation: Compilation, part: Expression, scope: Scope) => Evaluate
}

/** Compiles a call of an aggregate, a system function or a user-defined function. */
export function compileCall(
  compilation: Compilation,
  call: CallExpression,
  site: CallSite,
): Evaluate {
  if (call.userDefined) return compileUserCall(compilation, call, site)
  const name = call.name.toUpperCase()
  if (isAggregate(name)) return compileAggregate(compilation, { call, name }, site)
  const definition = systemFunctions.get(name)
  if (!definition) {
    const message = unsupportedFunctions.has(name)
      ? `The built-in function '${call.name}' is not supported.`
      : `'${call.name}' is not a recognized built-in function name.`
    throw queryError(compilation, 'SC2005', message, call)
  }
  checkArity(compilation, call, definition)
  const evaluate = definition.bind ? definition.bind(compilation) : definition.evaluate
  return applied(evaluate, compileArguments(compilation, call, site))
}

function compileArguments(
  compilation: Compilation,
  call: CallExpression,
  { scope, compile }: CallSite,
): Evaluate[] {
  return call.arguments.map((argument) => compile(compilation, argument, scope))
}

function checkArity(
  compilation: Compilation,
  call: CallExpression,
  { minimum, maximum }: Pick<FunctionDefinition, 'minimum' | 'maximum'>,
): void {
  const count = call.arguments.length
  if (count >= minimum && count <= maximum) return
  const most = maximum === Infinity ? 'or more' : `to ${maximum}`
  const wanted = minimum === maximum ? `${minimum}` : `${minimum} ${most}`
  const message = `The ${call.name.toUpperCase()} function requires ${wanted} argument(s).`
  throw queryError(compilation, 'SC2050', message, call)
}

function applied(evaluate: (...values: Value[]) => Value, items: readonly Evaluate[]): Evaluate {
  const [first, second, third] = items
  if (items.length > 3) return (row) => evaluate(...items.map((item) => item(row)))
  if (first && second && third) return (row) => evaluate(first(row), second(row), third(row))
  if (first && second) return (row) => evaluate(first(row), second(row))
  if (first) return (row) => evaluate(first(row))
  return () => evaluate()
}

function compileUserCall(compilation: Compilation, call: CallExpression, site: CallSite): Evaluate {
  const evaluate = compilation.udfs.get(call.name)
  if (!evaluate) {
    const message = `'udf.${call.name}' is not a registered user-defined function.`
    throw queryError(compilation, 'SC9002', message, call)
  }
  return applied(evaluate, compileArguments(compilation, call, site))
}

function compileAggregate(
  compilation: Compilation,
  { call, name }: { readonly call: CallExpression; readonly name: AggregateName },
  { scope, compile }: CallSite,
): Evaluate {
  const { grouping, parent, names } = scope
  const [argument] = call.arguments
  checkArity(compilation, call, { minimum: 1, maximum: 1 })
  assert(argument)
  if (!grouping) {
    const message = scope.isInsideAggregate
      ? 'Cannot perform an aggregate function on an expression containing an aggregate or a subquery.'
      : `The aggregate function ${name} is only valid in the select list.`
    throw queryError(compilation, 'SC9008', message, call)
  }
  const slot = newSlot(compilation)
  // Inside the argument names mean rows again, and another aggregate means nothing.
  const inside: Scope = { names, isInsideAggregate: true, ...(parent ? { parent } : {}) }
  grouping.aggregates.push({ name, argument: compile(compilation, argument, inside), slot })
  return (row) => row[slot]
}
