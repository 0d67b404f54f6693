import { ExpressionError } from './expression-error.ts'
import type { Evaluator } from './function-body.ts'
import type { Expression, MemberExpression } from './syntax-tree.ts'
import { isArray, isInteger, isObject, kindOf, propertyOf, type Value } from './value.ts'

const see = ' Please see https://aka.ms/logicexpressions for usage details.'

/** How a member was written: for messages, and what a missing property is. */
interface Selection {
  readonly isSafe: boolean
  /** The text of the whole chain. */
  readonly text: string
}

/**
 * `target.name` and `target[key]`. Without `?` a missing property or index is a fault, with it null; a property of a
 * text or an array is a fault either way.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-definition-language#operators
 */
export function compileMember(
  expression: MemberExpression,
  source: string,
  compile: (part: Expression, source: string) => Evaluator,
): Evaluator {
  return compileChain(expression, source.slice(expression.start, expression.end), (part) =>
    compile(part, source),
  )
}

function compileChain(
  expression: MemberExpression,
  text: string,
  compile: (part: Expression) => Evaluator,
): Evaluator {
  const { target, key } = expression
  const from = target.type === 'member' ? compileChain(target, text, compile) : compile(target)
  const selection = { isSafe: expression.isSafe, text }
  if (key.type === 'literal' && typeof key.value === 'string') {
    const name = key.value
    return (environment) => selectName(from(environment), name, selection)
  }
  const at = compile(key)
  return (environment) => select(from(environment), at(environment), selection)
}

function select(value: Value, key: Value, selection: Selection): Value {
  if (typeof key === 'string') return selectName(value, key, selection)
  if (isInteger(key) && isArray(value)) return selectIndex(value, Number(key), selection)
  if (isInteger(key)) return selectName(value, String(key), selection)
  throw cannotSelect(
    kindOf(key),
    selection,
    ` The property must be a string or an integer and not of type '${kindOf(key)}'.`,
  )
}

function selectName(value: Value, name: string, selection: Selection): Value {
  if (value === null || value === undefined) {
    if (selection.isSafe) return null
    throw cannotSelect(name, selection, '')
  }
  if (isObject(value)) return selectProperty(value, name, selection)
  if (!isArray(value)) {
    const kind = kindOf(value)
    throw cannotSelect(
      name,
      selection,
      ` Property selection is not supported on values of type '${kind}'.`,
    )
  }
  if (/^\d+$/.test(name)) return selectIndex(value, Number(name), selection)
  throw cannotSelect(
    name,
    selection,
    ' Array elements can only be selected using an integer index.',
  )
}

function selectProperty(
  object: { readonly [name: string]: Value },
  name: string,
  selection: Selection,
): Value {
  const found = propertyOf(object, name)
  if (found !== undefined) return found
  if (name.includes('/')) return selectPath(object, name.split('/'), selection)
  if (selection.isSafe) return null
  const names = Object.keys(object).join(', ')
  throw new ExpressionError(
    `The template language expression '${selection.text}' cannot be evaluated because property '${name}' doesn't exist, available properties are '${names}'.${see}`,
  )
}

// `['body/value']` walks down, as definitions of Power Automate write it.
function selectPath(object: Value, names: readonly string[], selection: Selection): Value {
  let value = object
  for (const name of names) value = selectName(value, name, selection)
  return value
}

function selectIndex(array: readonly Value[], index: number, selection: Selection): Value {
  const item = array[index]
  if (item !== undefined) return item
  if (selection.isSafe) return null
  throw new ExpressionError(
    `The template language expression '${selection.text}' cannot be evaluated because array index '${index}' is outside bounds (0, ${array.length - 1}) of array.${see}`,
  )
}

function cannotSelect(name: string, { text }: Selection, why: string): ExpressionError {
  return new ExpressionError(
    `The template language expression '${text}' cannot be evaluated because property '${name}' cannot be selected.${why}${see}`,
  )
}
