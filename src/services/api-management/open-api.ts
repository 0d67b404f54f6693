import { parse } from 'yaml'
import {
  type JsonObject,
  type JsonValue,
  isJsonObject,
  objectMember,
  stringMember,
} from '../../base/json.ts'
import { messageOf } from '../../base/errors.ts'
import { validationError } from './errors.ts'
import { importedOperationsMax } from './limits.ts'
import { ImportedSchemas } from './open-api-schemas.ts'

/** What a definition says of an API. */
export interface ImportedApi {
  readonly displayName: string | undefined
  readonly serviceUrl: string | undefined
  readonly operations: readonly ImportedOperation[]
  /** The schemas that the operations refer to, as the properties of one entity. */
  readonly schemas: JsonObject | undefined
}

export interface ImportedOperation {
  readonly id: string
  readonly properties: JsonObject
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

/** The formats of a definition that an API can be made of; those that end in `-link` name its address. */
export function isImportFormat(format: string): boolean {
  return /^(openapi(\+json)?(-link)?|swagger-json|swagger-link-json)$/.test(format)
}

/**
 * Reads an OpenAPI 3 or Swagger 2 document, JSON or YAML.
 * https://learn.microsoft.com/azure/api-management/api-management-api-import-restrictions
 */
export function parseOpenApi(text: string): ImportedApi {
  const document = parseDocument(text)
  const isSwagger = stringMember(document, 'swagger')?.startsWith('2.') ?? false
  const isOpenApi = /^3\.[01]/.test(stringMember(document, 'openapi') ?? '')
  if (!isSwagger && !isOpenApi)
    throw unreadable("it says neither 'openapi: 3.x' nor 'swagger: 2.0'.")
  const schemas = new ImportedSchemas(document)
  const definition = { document, schemas }
  const operations = Object.entries(objectMember(document, 'paths')).flatMap(([path, item]) =>
    operationsOf(definition, path, resolved(document, item)),
  )
  if (operations.length > importedOperationsMax) {
    throw unreadable(`it has more than ${importedOperationsMax} operations.`)
  }
  return {
    displayName: stringMember(objectMember(document, 'info'), 'title'),
    serviceUrl: isSwagger ? swaggerUrl(document) : serverUrl(document),
    operations,
    schemas: schemas.properties,
  }
}

/** A document that is being read, with the schemas found in it. */
interface Definition {
  readonly document: JsonObject
  readonly schemas: ImportedSchemas
}

function parseDocument(text: string): JsonObject {
  try {
    // JSON is YAML too; anchors are bounded by the library, so that they cannot blow the document up.
    const value: unknown = parse(text, { maxAliasCount: 100 })
    if (isJsonObject(value)) return value
  } catch (error) {
    throw unreadable(messageOf(error))
  }
  throw unreadable('it is not an object.')
}

function operationsOf(
  definition: Definition,
  path: string,
  item: JsonObject,
): readonly ImportedOperation[] {
  return methods.flatMap((method) => {
    const operation = item[method]
    if (!isJsonObject(operation)) return []
    const shared = listOf(item['parameters'])
    const parameters = [...listOf(operation['parameters']), ...shared].map((each) =>
      resolved(definition.document, each),
    )
    return [importedOperation(definition, { path, method, operation, parameters })]
  })
}

function importedOperation(
  definition: Definition,
  found: {
    path: string
    method: string
    operation: JsonObject
    parameters: readonly JsonObject[]
  },
): ImportedOperation {
  const { path, method, operation, parameters } = found
  const operationId = stringMember(operation, 'operationId')
  const id = (operationId ?? `${method}-${path}`)
    .replaceAll(/[^\w-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  const inPath = parameters.filter((each) => each['in'] === 'path')
  const inQuery = parameters.filter((each) => each['in'] === 'query')
  // As in Azure, a required parameter of the query becomes part of the template.
  const required = inQuery.filter((each) => each['required'] === true).map(nameOf)
  const query = required.map((name) => `${name}={${name}}`).join('&')
  const optional = inQuery.filter((each) => each['required'] !== true)
  const inHeader = parameters.filter((each) => each['in'] === 'header')
  const parameterOf = (each: JsonObject): JsonObject => importedParameter(definition, id, each)
  return {
    id: id.slice(0, 80),
    properties: {
      displayName:
        stringMember(operation, 'summary') ?? operationId ?? `${method.toUpperCase()} ${path}`,
      description: stringMember(operation, 'description') ?? '',
      method: method.toUpperCase(),
      urlTemplate: query === '' ? path : `${path}?${query}`,
      templateParameters: [
        ...inPath.map((each) => parameterOf(each)),
        ...inQuery.filter((each) => each['required'] === true).map((each) => parameterOf(each)),
      ],
      request: {
        queryParameters: optional.map((each) => parameterOf(each)),
        headers: inHeader.map((each) => parameterOf(each)),
        representations: requestBodies(definition, { id, operation, parameters }),
      },
      responses: responsesOf(definition, { id, operation }),
    },
  }
}

function importedParameter(
  { document, schemas }: Definition,
  operation: string,
  parameter: JsonObject,
): JsonObject {
  const given = isJsonObject(parameter['schema']) ? parameter['schema'] : ownSchema(parameter)
  const schema = resolved(document, given)
  const { enum: values } = schema
  const name = nameOf(parameter)
  // A type needs no schema of its own.
  const isPlain = Object.keys(schema).every((each) => plainMembers.has(each))
  return {
    name,
    type: stringMember(schema, 'type') ?? 'string',
    required: parameter['required'] === true,
    description: stringMember(parameter, 'description') ?? '',
    ...(Array.isArray(values) ? { values: values.map(String) } : {}),
    ...(isPlain ? {} : schemas.place(given, `${operation}-${name}`)),
  }
}

const plainMembers: ReadonlySet<string> = new Set([
  'type',
  'description',
  'example',
  'enum',
  'default',
])

// In Swagger 2 a parameter is its own schema.
function ownSchema(parameter: JsonObject): JsonObject {
  const {
    name: _name,
    in: _in,
    required: _required,
    collectionFormat: _format,
    ...schema
  } = parameter
  return schema
}

function nameOf(parameter: JsonObject): string {
  return stringMember(parameter, 'name') ?? ''
}

function requestBodies(
  { document, schemas }: Definition,
  found: { id: string; operation: JsonObject; parameters: readonly JsonObject[] },
): JsonValue[] {
  const { id, operation, parameters } = found
  const body = resolved(document, operation['requestBody'])
  const inBody = parameters.find((each) => each['in'] === 'body')
  if (!inBody) return representationsOf({ document, schemas }, body, `${id}-request`)
  const types = [...listOf(operation['consumes']), ...listOf(document['consumes'])]
  const [contentType = 'application/json'] = types.map(String)
  return [{ contentType, ...schemas.place(inBody['schema'], `${id}-request`) }]
}

function representationsOf(
  { document, schemas }: Definition,
  holder: JsonObject,
  name: string,
): JsonValue[] {
  return Object.entries(objectMember(holder, 'content')).map(([contentType, media]) => ({
    contentType,
    examples: examplesOf(document, media),
    ...schemas.place(isJsonObject(media) ? media['schema'] : undefined, name),
  }))
}

function responsesOf(
  definition: Definition,
  { id, operation }: { id: string; operation: JsonObject },
): JsonValue[] {
  const { document, schemas } = definition
  return Object.entries(objectMember(operation, 'responses')).flatMap(([status, response]) => {
    if (!/^\d{3}$/.test(status)) return []
    const found = resolved(document, response)
    const name = `${id}-${status}-response`
    const examples = objectMember(found, 'examples')
    const produced = [
      ...listOf(operation['produces']),
      ...listOf(document['produces']),
      ...Object.keys(examples),
    ]
    const isSwagger = found['schema'] !== undefined || Object.keys(examples).length > 0
    const swagger = [...new Set(isSwagger ? produced.map(String) : [])].map((contentType) => ({
      contentType,
      examples:
        contentType in examples ? { default: { value: examples[contentType] ?? null } } : {},
      ...schemas.place(found['schema'], name),
    }))
    return [
      {
        statusCode: Number(status),
        description: stringMember(found, 'description') ?? '',
        headers: Object.entries(objectMember(found, 'headers')).map(([header, value]) =>
          importedParameter(definition, name, { ...resolved(document, value), name: header }),
        ),
        representations: [...representationsOf(definition, found, name), ...swagger],
      },
    ]
  })
}

function examplesOf(document: JsonObject, media: JsonValue): JsonObject {
  if (!isJsonObject(media)) return {}
  const single = media['example']
  if (single !== undefined) return { default: { value: single } }
  const named = Object.entries(objectMember(media, 'examples')).map(([name, example]) => [
    name,
    { value: resolved(document, example)['value'] ?? null },
  ])
  return Object.fromEntries(named)
}

/** Follows `$ref` inside the document; a chain of references that does not end is an empty object. */
function resolved(document: JsonObject, value: JsonValue | undefined): JsonObject {
  let found = value
  for (let step = 0; step < 16; step += 1) {
    if (!isJsonObject(found)) return {}
    const reference = stringMember(found, '$ref')
    if (reference === undefined) return found
    if (!reference.startsWith('#/')) {
      throw unreadable(`the reference '${reference}' leads out of the document.`)
    }
    found = reference
      .slice(2)
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<JsonValue | undefined>(
        (at, part) => (isJsonObject(at) ? at[part] : undefined),
        document,
      )
  }
  return {}
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : []
}

function serverUrl(document: JsonObject): string | undefined {
  const [server] = listOf(document['servers'])
  const url = stringMember(server, 'url')
  return url !== undefined && URL.canParse(url) ? url : undefined
}

function swaggerUrl(document: JsonObject): string | undefined {
  const host = stringMember(document, 'host')
  const [scheme] = listOf(document['schemes'])
  if (host === undefined) return undefined
  return `${typeof scheme === 'string' ? scheme : 'https'}://${host}${stringMember(document, 'basePath') ?? ''}`
}

function unreadable(reason: string): Error {
  return validationError([
    {
      target: 'representation',
      message: `Parsing error(s): the definition cannot be read: ${reason}`,
    },
  ])
}
