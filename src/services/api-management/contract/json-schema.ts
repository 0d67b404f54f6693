import type { ErrorObject, ValidateFunction } from 'ajv'
import { messageOf } from '../../../base/errors.ts'
import { type JsonObject, type JsonValue, isJsonObject, parseJson } from '../../../base/json.ts'
import { Regex } from '../../../languages/dotnet/regex.ts'
import { newAjv } from '../../../languages/json-schema/ajv.ts'
import { lineAndPosition, placesIn } from './json-places.ts'
import { type DescribedFault, describeFault } from './json-schema-messages.ts'
import { type SchemaCheck, type SchemaFault, SchemaUnusable } from './schema-fault.ts'

/** How a schema is read, where it is not read as it stands. */
export interface JsonSchemaOptions {
  /** `#/components/schemas/order`: the part of the document that is the schema. */
  readonly reference?: string
  readonly allowsAdditional?: boolean
  readonly ignoresCase?: boolean
}

/**
 * Compiles a JSON schema: drafts 4, 6, 7, 2019-09 and 2020-12 by `$schema`, those of OpenAPI 3.0 as draft 4. Nothing but
 * the document is read, and its patterns are those of .NET, bounded in steps. Throws `SchemaUnusable`.
 * https://learn.microsoft.com/azure/api-management/validate-content-policy
 */
export function compileJsonSchema(
  document: JsonObject,
  options: JsonSchemaOptions = {},
): SchemaCheck {
  const validate = compile(document, options)
  return (text) => {
    const value = parseJson(text)
    if (validate(options.ignoresCase ? withLowerNames(value) : value)) return []
    return faultsOf(options.ignoresCase ? lowerNamesIn(text) : text, validate.errors ?? [])
  }
}

/** The same for a value that stands in no text. */
export function compileValueSchema(
  document: JsonObject,
  options: JsonSchemaOptions = {},
): (value: JsonValue) => readonly SchemaFault[] {
  const validate = compile(document, options)
  return (value) => {
    if (validate(value)) return []
    return described(validate.errors ?? []).map(({ message }) => ({
      message,
      line: 0,
      position: 0,
    }))
  }
}

const settings = {
  strict: false,
  allErrors: true,
  verbose: true,
  logger: false,
  code: { regExp: Object.assign((pattern: string) => new BoundedPattern(pattern), { code: '' }) },
} as const

/** A pattern as ajv uses it. */
class BoundedPattern {
  readonly #regex: Regex

  constructor(pattern: string) {
    this.#regex = Regex.of(pattern)
  }

  test(text: string): boolean {
    return this.#regex.isMatch(text)
  }
}

function compile(document: JsonObject, options: JsonSchemaOptions): ValidateFunction {
  const { reference, allowsAdditional, ignoresCase } = options
  let schema: JsonValue = document
  if (allowsAdditional !== undefined) schema = withAdditional(schema, allowsAdditional)
  if (ignoresCase) schema = withLowerKeywords(schema)
  const { $schema: _draft, $id: _id, id: _oldId, ...own } = isJsonObject(schema) ? schema : {}
  const root = reference === undefined ? own : { ...shelvesOf(own), $ref: reference }
  try {
    return newAjv(document, settings).compile(root)
  } catch (cause) {
    throw new SchemaUnusable(`The schema cannot be used: ${messageOf(cause)}`, { cause })
  }
}

// Of a document with definitions only these are kept beside the reference: what else it says is no schema.
function shelvesOf(document: JsonObject): JsonObject {
  const shelves = ['components', 'definitions', '$defs']
  return Object.fromEntries(Object.entries(document).filter(([name]) => shelves.includes(name)))
}

function faultsOf(text: string, errors: readonly ErrorObject[]): readonly SchemaFault[] {
  const places = placesIn(text)
  return described(errors)
    .map(({ message, pointer, place }) => {
      const found = places.get(pointer)
      return { message, offset: found?.[place] ?? found?.end ?? 0 }
    })
    .toSorted((left, right) => left.offset - right.offset)
    .map(({ message, offset }) => ({ message, ...lineAndPosition(text, offset) }))
}

// Names that are missing from one object are told together; what the parts of a choice say is left out.
function described(errors: readonly ErrorObject[]): readonly DescribedFault[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  const own = errors.filter(
    (error) =>
      !choices.some(
        (choice) => choice !== error && error.schemaPath.startsWith(`${choice.schemaPath}/`),
      ),
  )
  const missing = new Map<string, string[]>()
  for (const error of own) {
    if (error.keyword !== 'required') continue
    const known = missing.get(error.instancePath)
    const name = String(error.params['missingProperty'])
    if (known) known.push(name)
    else missing.set(error.instancePath, [name])
  }
  const others = own.filter(({ keyword }) => keyword !== 'required').map(describeFault)
  const together = [...missing].map(
    ([pointer, names]): DescribedFault => ({
      message: `Required properties are missing from object: ${names.join(', ')}.`,
      pointer,
      place: 'end',
    }),
  )
  return [...others, ...together].filter((each) => each !== undefined)
}

// Every object of the schema says the same of members that it does not name.
function withAdditional(schema: JsonValue, isAllowed: boolean): JsonValue {
  if (Array.isArray(schema)) return schema.map((each) => withAdditional(each, isAllowed))
  if (!isJsonObject(schema)) return schema
  const { additionalProperties, ...rest } = schema
  const inner = Object.entries(rest).map(([name, value]): [string, JsonValue] => [
    name,
    dataKeywords.has(name) ? value : withAdditional(value, isAllowed),
  ])
  const isObject = isJsonObject(schema['properties'])
  if (isAllowed) {
    const kept = isJsonObject(additionalProperties) ? { additionalProperties } : {}
    return { ...Object.fromEntries(inner), ...kept }
  }
  return { ...Object.fromEntries(inner), ...(isObject ? { additionalProperties: false } : {}) }
}

const dataKeywords: ReadonlySet<string> = new Set([
  'enum',
  'const',
  'default',
  'example',
  'examples',
  'required',
])

function withLowerKeywords(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(withLowerKeywords)
  if (!isJsonObject(schema)) return schema
  const entries = Object.entries(schema).map(([name, value]): [string, JsonValue] => {
    if (name === 'required' && Array.isArray(value)) {
      return [name, value.map((each) => (typeof each === 'string' ? each.toLowerCase() : each))]
    }
    if (name === 'properties' && isJsonObject(value)) {
      const own = Object.entries(value)
      return [
        name,
        Object.fromEntries(own.map(([key, each]) => [key.toLowerCase(), withLowerKeywords(each)])),
      ]
    }
    return [name, dataKeywords.has(name) ? value : withLowerKeywords(value)]
  })
  return Object.fromEntries(entries)
}

function withLowerNames(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withLowerNames)
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value)
  return Object.fromEntries(
    entries.map(([name, each]) => [name.toLowerCase(), withLowerNames(each)]),
  )
}

// Only the names change, and their length stays: places are the same.
function lowerNamesIn(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"(?=\s*:)/g, (name) => name.toLowerCase())
}
