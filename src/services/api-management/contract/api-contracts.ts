import {
  type JsonObject,
  type JsonValue,
  isJsonObject,
  objectMember,
  stringMember,
  tryParseJson,
} from '../../../base/json.ts'
import type { EntityHolder } from '../entity-kind.ts'
import type { Entity } from '../entity-tree.ts'
import { isJsonType } from '../gateway/media-type.ts'
import { compiledSchemasMax, schemaBytesMax } from '../limits.ts'
import { escapePointer } from './json-pointer.ts'
import { compileJsonSchema } from './json-schema.ts'
import { type DeclaredParameter, type OperationContract, contractOf } from './operation-contract.ts'
import { sampleOf } from './sample.ts'
import { type SchemaCheck, SchemaUnusable } from './schema-fault.ts'
import { compileXmlSchema } from './xml-schema.ts'

/** A schema that messages are checked by. */
export interface SchemaRequest {
  /** The API whose schema it is; absent for a schema of the service. */
  readonly api?: string
  readonly schemaId: string
  /** `order`: one of the definitions of an API's schema. */
  readonly typeName?: string
  /** `#/components/schemas/order`: a part of a schema of the service. */
  readonly reference?: string
  readonly language: 'json' | 'xml'
  readonly allowsAdditional?: boolean
  readonly ignoresCase?: boolean
}

/** Why there is no schema to check by. */
export type SchemaMissing = 'schema' | 'definitions' | 'definition'

/** What the definitions of APIs say, and the schemas of the service; each schema is compiled once. */
export class ApiContracts {
  readonly #holder: EntityHolder
  readonly #operations = new Map<string, { etag: string; contract: OperationContract }>()
  readonly #definitions = new WeakMap<DeclaredParameter, { etag: string; definition: JsonObject }>()
  /** The one that was not used for longest is the first. */
  readonly #compiled = new Map<string, Promise<SchemaCheck>>()

  constructor(holder: EntityHolder) {
    this.#holder = holder
  }

  operation(api: string, operation: string): OperationContract | undefined {
    const entity = this.#holder.get('apis/operations', [api, operation])
    if (!entity) return undefined
    const key = `${api}/${operation}`
    const known = this.#operations.get(key)
    if (known?.etag === entity.etag) return known.contract
    const contract = contractOf(entity)
    this.#operations.set(key, { etag: entity.etag, contract })
    return contract
  }

  /** The schema of a parameter or a header: the one that it names, or what its type and its values say. */
  definition(api: string, declared: DeclaredParameter): JsonObject | SchemaMissing {
    const { schema } = declared
    const entity = schema && this.#holder.get('apis/schemas', [api, schema.schemaId])
    if (schema && !entity) return 'schema'
    const etag = entity?.etag ?? ''
    const known = this.#definitions.get(declared)
    if (known?.etag === etag) return known.definition
    const definition = entity
      ? namedDefinition(entity, schema?.typeName ?? '')
      : ownDefinition(declared)
    if (typeof definition !== 'string') this.#definitions.set(declared, { etag, definition })
    return definition
  }

  /** A body made of the schema of a response, for `mock-response`. */
  sample(
    at: { api: string; operation: string },
    wanted: { status: number; contentType: string | undefined },
  ): { readonly contentType: string; readonly text: string } | undefined {
    const { api, operation } = at
    const bodies =
      this.operation(api, operation)?.responses.find(({ status }) => status === wanted.status)
        ?.bodies ?? []
    const body = bodies.find(
      ({ contentType, schema }) =>
        schema !== undefined &&
        isJsonType(contentType) &&
        (wanted.contentType === undefined || contentType === wanted.contentType.toLowerCase()),
    )
    const entity = body?.schema && this.#holder.get('apis/schemas', [api, body.schema.schemaId])
    if (!body?.schema || !entity) return undefined
    const definition = namedDefinition(entity, body.schema.typeName)
    if (typeof definition === 'string') return undefined
    const text = JSON.stringify(sampleOf(definition, definition))
    return { contentType: body.contentType, text }
  }

  /** A check by a schema, or what of it is missing; rejects with `SchemaUnusable`. */
  async schema(request: SchemaRequest): Promise<SchemaCheck | SchemaMissing> {
    const { api, schemaId } = request
    const entity =
      api === undefined
        ? this.#holder.get('schemas', [schemaId])
        : this.#holder.get('apis/schemas', [api, schemaId])
    if (!entity) return 'schema'
    if (request.language === 'xml')
      return this.#once(keyOf(request, entity), () => this.#xml(entity))
    const document = documentOf(entity)
    const reference =
      request.reference === undefined
        ? referenceOf(document, request.typeName ?? '')
        : { found: request.reference }
    if ('missing' in reference) return reference.missing
    const { allowsAdditional, ignoresCase } = request
    return this.#once(keyOf(request, entity), async () =>
      compileJsonSchema(bounded(document), {
        ...(reference.found === '#' ? {} : { reference: reference.found }),
        ...(allowsAdditional === undefined ? {} : { allowsAdditional }),
        ...(ignoresCase === undefined ? {} : { ignoresCase }),
      }),
    )
  }

  #xml(entity: Entity): Promise<SchemaCheck> {
    const find = (id: string): string | undefined => {
      const other = this.#holder.get('schemas', [id])
      return other && xmlTextOf(other)
    }
    return compileXmlSchema(xmlTextOf(entity), find)
  }

  #once(key: string, compile: () => Promise<SchemaCheck>): Promise<SchemaCheck> {
    const check = this.#compiled.get(key) ?? compile()
    this.#compiled.delete(key)
    this.#compiled.set(key, check)
    const [oldest] = this.#compiled.keys()
    if (this.#compiled.size > compiledSchemasMax && oldest !== undefined)
      this.#compiled.delete(oldest)
    return check
  }
}

function namedDefinition(entity: Entity, typeName: string): JsonObject | SchemaMissing {
  const document = documentOf(entity)
  const reference = referenceOf(document, typeName)
  if ('missing' in reference) return reference.missing
  return reference.found === '#' ? document : { ...document, $ref: reference.found }
}

function ownDefinition({ type, values }: DeclaredParameter): JsonObject {
  const own = jsonTypes.has(type) ? { type } : {}
  if (values.length === 0) return own
  const plain = (text: string): JsonValue =>
    type === 'string' ? text : (tryParseJson(text) ?? text)
  return { ...own, enum: values.map(plain) }
}

const jsonTypes: ReadonlySet<string> = new Set([
  'string',
  'integer',
  'number',
  'boolean',
  'array',
  'object',
])

function keyOf(request: SchemaRequest, { etag }: Entity): string {
  return JSON.stringify([etag, request])
}

// The schema of an OpenAPI definition holds its components, that of a Swagger definition its definitions.
function documentOf({ properties }: Entity): JsonObject {
  const { document, value } = properties
  if (isJsonObject(document)) {
    const text = stringMember(document, 'value')
    const parsed = text === undefined ? undefined : tryParseJson(text)
    return isJsonObject(parsed) ? parsed : document
  }
  const parsed = typeof value === 'string' ? tryParseJson(value) : value
  return isJsonObject(parsed) ? parsed : {}
}

function referenceOf(
  document: JsonObject,
  typeName: string,
): { readonly found: string } | { readonly missing: SchemaMissing } {
  if (typeName === '') return { found: '#' }
  const shelves = [
    ['#/components/schemas/', objectMember(objectMember(document, 'components'), 'schemas')],
    ['#/definitions/', objectMember(document, 'definitions')],
  ] as const
  const found = shelves.find(([, shelf]) => typeName in shelf)
  if (found)
    return {
      found: found[0] + encodeURIComponent(escapePointer(typeName)),
    }
  const hasAny = shelves.some(([, shelf]) => Object.keys(shelf).length > 0)
  return { missing: hasAny ? 'definition' : 'definitions' }
}

function xmlTextOf({ properties }: Entity): string {
  const own = stringMember(properties, 'value') ?? stringMember(properties['document'], 'value')
  return own ?? ''
}

// https://learn.microsoft.com/azure/api-management/validate-content-policy
function bounded(document: JsonObject): JsonObject {
  if (JSON.stringify(document).length <= schemaBytesMax) return document
  throw new SchemaUnusable(`The schema is larger than ${schemaBytesMax} bytes.`)
}
