import type { JsonObject, JsonValue } from '../../../base/json.ts'
import { messageOf } from '../../../base/errors.ts'
import { isJsonObject, tryParseJson } from '../../../base/json.ts'
import type { ValidationError } from '../gateway/validation.ts'
import type { ApiContracts, SchemaMissing } from './api-contracts.ts'
import { resolvedSchema } from './json-pointer.ts'
import { compileValueSchema } from './json-schema.ts'
import type { DeclaredParameter } from './operation-contract.ts'

/** Where a value stands in a message, and how errors call it. */
export interface ParameterPlace {
  readonly type: 'QueryParameter' | 'PathParameter' | 'RequestHeader' | 'ResponseHeader'
  /** `query parameter` */
  readonly label: string
}

/** What is wrong with the values that were given for a parameter, in Azure's words. */
export function checkParameter(
  declared: DeclaredParameter,
  given: { api: string; place: ParameterPlace; values: readonly string[]; contracts: ApiContracts },
): readonly ValidationError[] {
  const { place, values } = given
  const { name } = declared
  const subject = `${place.label} ${name}`
  const fault = (details: string, answer?: string): readonly ValidationError[] => [
    {
      name,
      type: place.type,
      rule: 'IncorrectMessage',
      details,
      ...(answer === undefined ? {} : { answer }),
    },
  ]
  const definition = given.contracts.definition(given.api, declared)
  if (typeof definition === 'string') return [missing(definition, declared, place)]
  const type = typeOf(declared, definition)
  if (values.length > 1 && type !== 'array') {
    const message = place.type === 'ResponseHeader' ? 'Response' : 'Request'
    const text = `${message} cannot contain multiple values for the ${subject}.`
    return fault(text, text)
  }
  const read = readValue(values, type, definition)
  if ('unreadable' in read) {
    const text = (verb: string): string =>
      `Value of the ${subject} ${verb} be parsed according to the definition. ${read.unreadable}`
    return fault(text('cannot'), text("couldn't"))
  }
  try {
    return checkOf(definition)(read.value).flatMap(({ message, line, position }) => {
      const end = `alue of the ${subject} does not conform to the definition. ${message} Line: ${line}, Position: ${position}`
      return fault(`V${end}`, `The v${end}`)
    })
  } catch (error) {
    const start = place.label.charAt(0).toUpperCase() + place.label.slice(1)
    const details = `${start} ${name} cannot be validated. ${messageOf(error)}`
    return [{ name, type: place.type, rule: 'ValidationError', details }]
  }
}

type ValueCheck = ReturnType<typeof compileValueSchema>

const checks = new WeakMap<JsonObject, ValueCheck>()

// Compiled once for each definition.
function checkOf(definition: JsonObject): ValueCheck {
  const check = checks.get(definition) ?? compileValueSchema(definition)
  checks.set(definition, check)
  return check
}

function missing(
  what: SchemaMissing,
  { name, schema }: DeclaredParameter,
  place: ParameterPlace,
): ValidationError {
  if (what === 'definition') {
    const details = `API's schema does not contain definition ${schema?.typeName ?? ''}, which is associated with the ${place.label} ${name}.`
    return { name, type: place.type, rule: 'MissingDefinition', details }
  }
  return {
    name: '',
    type: 'ApiSchema',
    rule: '',
    details:
      what === 'schema'
        ? "API's schema doesn't exist or it couldn't be resolved."
        : 'API schema does not specify definitions.',
  }
}

function typeOf(declared: DeclaredParameter, definition: JsonObject): string {
  const type = resolvedSchema(definition, definition)['type']
  return typeof type === 'string' ? type : declared.type
}

function readValue(
  values: readonly string[],
  type: string,
  definition: JsonObject,
): { readonly value: JsonValue } | { readonly unreadable: string } {
  const [text = ''] = values
  switch (type) {
    case 'integer':
      return /^[+-]?\d+$/.test(text.trim()) ? { value: Number(text) } : notInForm
    case 'number':
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text.trim())
        ? { value: Number(text) }
        : notInForm
    case 'boolean':
      return /^(?:true|false)$/i.test(text.trim())
        ? { value: text.trim().toLowerCase() === 'true' }
        : { unreadable: `String '${text}' was not recognized as a valid Boolean.` }
    case 'array':
      return readItems(
        values.flatMap((each) => each.split(',')),
        definition,
      )
    case 'object': {
      const value = tryParseJson(text)
      return value === undefined ? notInForm : { value }
    }
    default:
      return { value: text }
  }
}

const notInForm = { unreadable: 'Input string was not in a correct format.' } as const

function readItems(
  items: readonly string[],
  definition: JsonObject,
): { readonly value: JsonValue } | { readonly unreadable: string } {
  const itemType = resolvedSchema(definition, definition)['items']
  const type =
    isJsonObject(itemType) && typeof itemType['type'] === 'string' ? itemType['type'] : 'string'
  const value: JsonValue[] = []
  for (const item of items) {
    const read = type === 'array' ? notInForm : readValue([item], type, {})
    if ('unreadable' in read) return read
    value.push(read.value)
  }
  return { value }
}
