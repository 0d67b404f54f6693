import type { ErrorObject, ValidateFunction } from 'ajv'
import { isJsonObject, type JsonValue } from '../../base/json.ts'
import { newAjv } from '../../languages/json-schema/ajv.ts'

/** Gives what is wrong with a value, in the words of the host's validator, or nothing. */
export type SchemaCheck = (value: JsonValue) => readonly string[]

/**
 * Compiles a JSON schema of a ParseJson action or a Request trigger. Drafts 4, 6, 7, 2019-09 and 2020-12 by `$schema`; what
 * says nothing is read as draft 7. Throws for a schema that is none.
 */
export function compileSchema(schema: JsonValue): SchemaCheck {
  if (!isJsonObject(schema) || Object.keys(schema).length === 0) return () => []
  const validate = compile(schema)
  return (value) => {
    if (validate(value)) return []
    return (validate.errors ?? []).map(describe)
  }
}

const options = {
  strict: false,
  allErrors: true,
  validateFormats: false,
  // Definitions of the designer repeat `$id` in every action.
  addUsedSchema: false,
  logger: false,
} as const

function compile(schema: Record<string, JsonValue>): ValidateFunction {
  const { $schema: _, $id: __, id: ___, ...body } = schema
  return newAjv(schema, options).compile(body)
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

function describe(error: ErrorObject): string {
  const path = pathOf(error.instancePath)
  const params: Readonly<Record<string, unknown>> = error.params
  switch (error.keyword) {
    case 'type': {
      const types = [params['type']].flat().map((type) => typeNames[String(type)] ?? String(type))
      return `Invalid type. Expected ${types.join(', ')} but got a different type${path}.`
    }
    case 'required':
      return `Required properties are missing from object: ${String(params['missingProperty'])}${path}.`
    case 'additionalProperties':
      return `Property '${String(params['additionalProperty'])}' has not been defined and the schema does not allow additional properties${path}.`
    case 'enum':
      return `Value is not defined in enum${path}.`
    default:
      return `${capital(error.message ?? 'The value is not valid')}${path}.`
  }
}

function pathOf(pointer: string): string {
  if (pointer === '') return ''
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
  return `, at path '${path.replace(/^\./, '')}'`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
