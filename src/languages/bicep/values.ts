import { SourceError, type SourcePosition } from '../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'

/** What an expression evaluates to: JSON, or something that JSON is read from later. */
export type Value = string | number | boolean | null | Value[] | ObjectValue | Reference | Lambda

export interface ObjectValue {
  [name: string]: Value
}

/** What a symbol of a resource, a module or an imported file gives when one of its members is read. */
export interface ReferenceTarget {
  member(name: string, at: SourcePosition): Value | undefined
  /** The whole of it as a plain value. */
  whole(at: SourcePosition): Value
  /** Calls one of its functions: `listKeys`. */
  call(name: string, operands: readonly Value[], at: SourcePosition): Value
  /** The resource written inside this one under the name, for `parent::child`. */
  nested(name: string): Value | undefined
  /** False when its condition says that it is not deployed. */
  exists(): boolean
}

export class Reference {
  readonly target: ReferenceTarget

  constructor(target: ReferenceTarget) {
    this.target = target
  }
}

export class Lambda {
  readonly parameterCount: number
  readonly call: (operands: readonly Value[]) => Value

  constructor(parameterCount: number, call: (operands: readonly Value[]) => Value) {
    this.parameterCount = parameterCount
    this.call = call
  }
}

/** An object whose members a template gave, so that no name reaches a prototype. */
export function objectOf(members: Iterable<readonly [string, Value]>): ObjectValue {
  return Object.fromEntries(members)
}

export function isObjectValue(value: Value | undefined): value is ObjectValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Reference) &&
    !(value instanceof Lambda)
  )
}

/** The member of that name; ARM compares names without case when none matches exactly. */
export function memberOf(value: ObjectValue, name: string): Value | undefined {
  if (Object.hasOwn(value, name)) return value[name]
  const lower = name.toLowerCase()
  const found = Object.keys(value).find((key) => key.toLowerCase() === lower)
  return found === undefined ? undefined : value[found]
}

/** Makes JSON of a value: references are read. */
export function toJson(value: Value, at: SourcePosition): JsonValue {
  if (value instanceof Reference) return toJson(value.target.whole(at), at)
  if (value instanceof Lambda) {
    throw new SourceError('BCP238', 'A lambda is only allowed as the argument of a function.', at)
  }
  if (Array.isArray(value)) return value.map((item) => toJson(item, at))
  return isObjectValue(value) ? toJsonObject(value, at) : value
}

/** Makes a JSON object of an object. */
export function toJsonObject(value: ObjectValue, at: SourcePosition): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toJson(each, at)]))
}

/** The text of a value inside a string: .NET writes booleans with a capital. */
export function toText(value: Value, at: SourcePosition): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return value === null ? '' : JSON.stringify(toJson(value, at))
}

/** Deep equality, as `==` of templates means it. */
export function areEqual(left: Value, right: Value, at: SourcePosition): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object') return false
  if (left === null || right === null) return false
  return areJsonEqual(toJson(left, at), toJson(right, at))
}

function areJsonEqual(left: JsonValue, right: JsonValue): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || !left || !right) return false
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false
    return left.every((item, index) => areJsonEqual(item, right[index] ?? null))
  }
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length &&
    names.every(
      (name) => Object.hasOwn(right, name) && areJsonEqual(left[name] ?? null, right[name] ?? null),
    )
  )
}

/** The name of a value's type, as messages say it. */
export function typeName(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'number') return 'int'
  if (typeof value === 'boolean') return 'bool'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Lambda) return 'lambda'
  return typeof value === 'string' ? 'string' : 'object'
}
