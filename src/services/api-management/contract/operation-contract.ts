import {
  type JsonObject,
  type JsonValue,
  isJsonObject,
  objectMember,
  stringMember,
} from '../../../base/json.ts'
import type { Entity } from '../entity-tree.ts'

/** Where the definition of a value stands: a schema of the API, and a name in it. */
export interface SchemaPlace {
  readonly schemaId: string
  /** `order`, or empty for a schema that is the whole document. */
  readonly typeName: string
}

/** A parameter of the path or the query, or a header. */
export interface DeclaredParameter {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly values: readonly string[]
  readonly schema: SchemaPlace | undefined
}

/** A body of some media type. */
export interface DeclaredBody {
  readonly contentType: string
  readonly schema: SchemaPlace | undefined
}

export interface DeclaredResponse {
  readonly status: number
  readonly headers: readonly DeclaredParameter[]
  readonly bodies: readonly DeclaredBody[]
}

/** What the definition of an API says of the messages of one operation. */
export interface OperationContract {
  readonly path: readonly DeclaredParameter[]
  readonly query: readonly DeclaredParameter[]
  readonly headers: readonly DeclaredParameter[]
  readonly bodies: readonly DeclaredBody[]
  readonly responses: readonly DeclaredResponse[]
}

/** https://learn.microsoft.com/rest/api/apimanagement/api-operation/create-or-update#operationcontract */
export function contractOf({ properties }: Entity): OperationContract {
  const urlTemplate = stringMember(properties, 'urlTemplate') ?? ''
  const [path = '', query = ''] = urlTemplate.split('?')
  const template = parametersIn(properties, 'templateParameters')
  const request = objectMember(properties, 'request')
  return {
    path: template.filter(({ name }) => hasName(path, name)),
    query: [
      ...template.filter(({ name }) => hasName(query, name)),
      ...parametersIn(request, 'queryParameters'),
    ],
    headers: parametersIn(request, 'headers'),
    bodies: bodiesIn(request),
    responses: listIn(properties, 'responses').map((each) => ({
      status: typeof each['statusCode'] === 'number' ? each['statusCode'] : 0,
      headers: parametersIn(each, 'headers'),
      bodies: bodiesIn(each),
    })),
  }
}

function hasName(template: string, name: string): boolean {
  return template.includes(`{${name}}`) || template.includes(`{*${name}}`)
}

function parametersIn(holder: JsonObject, member: string): readonly DeclaredParameter[] {
  return listIn(holder, member).map((each) => ({
    name: stringMember(each, 'name') ?? '',
    type: stringMember(each, 'type')?.toLowerCase() ?? 'string',
    isRequired: each['required'] === true,
    values: textsOf(each['values']),
    schema: schemaPlaceOf(each),
  }))
}

function bodiesIn(holder: JsonObject): readonly DeclaredBody[] {
  return listIn(holder, 'representations').map((each) => ({
    contentType: (stringMember(each, 'contentType') ?? '').toLowerCase(),
    schema: schemaPlaceOf(each),
  }))
}

function schemaPlaceOf(holder: JsonObject): SchemaPlace | undefined {
  const schemaId = stringMember(holder, 'schemaId')?.split('/').at(-1) ?? ''
  if (schemaId === '') return undefined
  return { schemaId, typeName: stringMember(holder, 'typeName') ?? '' }
}

function listIn(holder: JsonObject, member: string): readonly JsonObject[] {
  const list = holder[member]
  return Array.isArray(list) ? list.filter((each) => isJsonObject(each)) : []
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
