/**
 * Functions that make an object from another: names match in any case, a property that is set moves to the end.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#addProperty
 */
import { objectArgument, stringArgument } from '../arguments.ts'
import { functionError } from '../expression-error.ts'
import type { FunctionFamily } from '../function-body.ts'
import { writeIndentedJson } from '../json-text.ts'
import {
  isObject,
  kindOf,
  makeObject,
  propertyName,
  type Value,
  type ValueObject,
} from '../value.ts'

export const objectFunctions: FunctionFamily = {
  addProperty: (args) => {
    const object = objectArgument('addProperty', args, 0)
    const name = stringArgument('addProperty', args, 1)
    if (propertyName(object, name) !== undefined) {
      throw functionError(
        'addProperty',
        `expects the property to not exist in the object. Unable to add property '${name}' to '${writeIndentedJson(object)}' as it already exists.`,
      )
    }
    return makeObject([...Object.entries(object), [name, args[2] ?? null]])
  },
  setProperty: (args) => {
    const object = objectArgument('setProperty', args, 0)
    const name = stringArgument('setProperty', args, 1)
    const key = propertyName(object, name) ?? name
    return makeObject([...entriesWithout(object, key), [key, args[2] ?? null]])
  },
  removeProperty: (args) => {
    const object = objectArgument('removeProperty', args, 0)
    const key = propertyName(object, stringArgument('removeProperty', args, 1))
    return key === undefined ? object : makeObject(entriesWithout(object, key))
  },
  mergeObjects: (args) => args.reduce<ValueObject>((merged, value) => merge(merged, value), {}),
}

function entriesWithout(object: ValueObject, key: string): [string, Value][] {
  return Object.entries(object).filter(([name]) => name !== key)
}

function merge(left: ValueObject, right: Value): ValueObject {
  if (!isObject(right)) {
    throw functionError(
      'mergeObjects',
      `expects all of its parameters to be objects. Found invalid parameter types: '${kindOf(right)}'.`,
    )
  }
  const members = new Map(Object.entries(left))
  for (const [name, value] of Object.entries(right)) {
    const present = members.get(name) ?? null
    members.set(name, isObject(present) && isObject(value) ? merge(present, value) : value)
  }
  return makeObject(members)
}
