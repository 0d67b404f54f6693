import type { ErrorObject } from 'ajv'
import { escapePointer } from './json-pointer.ts'

/** Which place of a value a fault is told at. */
export type FaultPlace = 'start' | 'end' | 'name'

/** A fault as Newtonsoft's validator tells it; `pointer` is the value that it is told of. */
export interface DescribedFault {
  readonly message: string
  readonly pointer: string
  readonly place: FaultPlace
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'String',
  integer: 'Integer',
  number: 'Number',
  boolean: 'Boolean',
  object: 'Object',
  array: 'Array',
  null: 'Null',
}

/** https://www.newtonsoft.com/jsonschema/help/html/ValidatingJson.htm */
export function describeFault(error: ErrorObject): DescribedFault | undefined {
  const { keyword, instancePath: pointer, data } = error
  const params: Readonly<Record<string, unknown>> = error.params
  const limit = String(params['limit'])
  const at = (place: FaultPlace, message: string): DescribedFault => ({ message, pointer, place })
  switch (keyword) {
    case 'type': {
      const types = [params['type']].flat().map((type) => typeNames[String(type)] ?? String(type))
      return at('start', `Invalid type. Expected ${types.join(', ')} but got ${typeOf(data)}.`)
    }
    case 'required':
      return at('end', `Required properties are missing from object: ${listedMissing(params)}.`)
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const name = String(params['additionalProperty'] ?? params['unevaluatedProperty'])
      const message = `Property '${name}' has not been defined and the schema does not allow additional properties.`
      return { message, pointer: `${pointer}/${escapePointer(name)}`, place: 'name' }
    }
    case 'enum':
      return at('start', `Value ${JSON.stringify(data)} is not defined in enum.`)
    case 'const':
      return at('start', `Value ${JSON.stringify(data)} does not match const.`)
    case 'pattern':
      return at(
        'start',
        `String '${String(data)}' does not match regex pattern '${String(params['pattern'])}'.`,
      )
    case 'format':
      return at(
        'start',
        `String '${String(data)}' does not validate against format '${String(params['format'])}'.`,
      )
    case 'maxLength':
      return at('start', `String '${String(data)}' exceeds maximum length of ${limit}.`)
    case 'minLength':
      return at('start', `String '${String(data)}' is less than minimum length of ${limit}.`)
    case 'maximum':
    case 'exclusiveMaximum':
      return at('start', limitMessage(data, { limit, past: 'exceeds', name: 'maximum' }))
    case 'minimum':
    case 'exclusiveMinimum':
      return at('start', limitMessage(data, { limit, past: 'is less than', name: 'minimum' }))
    case 'multipleOf':
      return at(
        'start',
        `${numberName(data)} ${String(data)} is not a multiple of ${String(params['multipleOf'])}.`,
      )
    default:
      return describeOther(error, at)
  }
}

function describeOther(
  { keyword, data, params: given }: ErrorObject,
  at: (place: FaultPlace, message: string) => DescribedFault,
): DescribedFault | undefined {
  const params: Readonly<Record<string, unknown>> = given
  const limit = String(params['limit'])
  const count = Array.isArray(data) ? data.length : Object.keys(Object(data)).length
  switch (keyword) {
    case 'maxItems':
      return at('end', `Array item count ${count} exceeds maximum count of ${limit}.`)
    case 'minItems':
      return at('end', `Array item count ${count} is less than minimum count of ${limit}.`)
    case 'maxProperties':
      return at('end', `Object property count ${count} exceeds maximum count of ${limit}.`)
    case 'minProperties':
      return at('end', `Object property count ${count} is less than minimum count of ${limit}.`)
    case 'uniqueItems':
      return at('end', `Non-unique array item at index ${String(params['i'])}.`)
    case 'contains':
      return at('end', 'No items match contains.')
    case 'anyOf':
      return at('end', "JSON does not match any schemas from 'anyOf'.")
    case 'oneOf':
      return at(
        'end',
        Array.isArray(params['passingSchemas'])
          ? `JSON is valid against more than one schema from 'oneOf'. Valid schema indexes: ${params['passingSchemas'].join(', ')}.`
          : "JSON is valid against no schemas from 'oneOf'.",
      )
    case 'not':
      return at('end', "JSON is valid against schema from 'not'.")
    case 'if':
      return undefined
    default:
      return at('start', 'Schema always fails validation.')
  }
}

function limitMessage(
  data: unknown,
  { limit, past, name }: { limit: string; past: string; name: string },
): string {
  const subject = `${numberName(data)} ${String(data)}`
  return String(data) === limit
    ? `${subject} equals ${name} value of ${limit} and exclusive ${name} is true.`
    : `${subject} ${past} ${name} value of ${limit}.`
}

function listedMissing(params: Readonly<Record<string, unknown>>): string {
  return String(params['missingProperty'])
}

function typeOf(data: unknown): string {
  if (data === null) return 'Null'
  if (Array.isArray(data)) return 'Array'
  if (typeof data === 'number') return numberName(data)
  return typeNames[typeof data] ?? typeof data
}

function numberName(data: unknown): string {
  return Number.isInteger(data) ? 'Integer' : 'Number'
}
