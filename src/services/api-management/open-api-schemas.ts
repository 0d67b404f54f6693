import {
  type JsonObject,
  type JsonValue,
  isJsonObject,
  objectMember,
  stringMember,
} from '../../base/json.ts'

/** The id under which the schemas of a definition are kept with their API. */
export const importedSchemaId = 'definition'

/** Where an operation finds a schema: what representations and parameters of Azure carry. */
type SchemaReference =
  | { readonly schemaId: string; readonly typeName: string }
  | Record<string, never>

/**
 * The schemas of a definition, under their names; those that stand inside an operation get a name of their own.
 * https://learn.microsoft.com/rest/api/apimanagement/api-schema
 */
export class ImportedSchemas {
  readonly #document: JsonObject
  readonly #isSwagger: boolean
  readonly #own = new Map<string, JsonValue>()

  constructor(document: JsonObject) {
    this.#document = document
    this.#isSwagger = stringMember(document, 'swagger') !== undefined
  }

  /** What refers to a schema: by its name where it has one, else by the name that it gets. */
  place(schema: JsonValue | undefined, name: string): SchemaReference {
    if (!isJsonObject(schema) || Object.keys(schema).length === 0) return {}
    const [, named] =
      /^#\/(?:components\/schemas|definitions)\/([^/]+)$/.exec(
        stringMember(schema, '$ref') ?? '',
      ) ?? []
    const shelf = this.#shelf()
    if (named !== undefined && named in shelf)
      return { schemaId: importedSchemaId, typeName: named }
    let typeName = name
    for (let count = 2; typeName in shelf || this.#own.has(typeName); count += 1) {
      typeName = `${name}-${count}`
    }
    this.#own.set(typeName, schema)
    return { schemaId: importedSchemaId, typeName }
  }

  /** The properties of the schema entity; undefined where the definition has no schema. */
  get properties(): JsonObject | undefined {
    const all = { ...this.#shelf(), ...Object.fromEntries(this.#own) }
    if (Object.keys(all).length === 0) return undefined
    return this.#isSwagger
      ? {
          contentType: 'application/vnd.ms-azure-apim.swagger.definitions+json',
          document: { definitions: all },
        }
      : {
          contentType: 'application/vnd.oai.openapi.components+json',
          document: { components: { schemas: all } },
        }
  }

  #shelf(): JsonObject {
    return this.#isSwagger
      ? objectMember(this.#document, 'definitions')
      : objectMember(objectMember(this.#document, 'components'), 'schemas')
  }
}
