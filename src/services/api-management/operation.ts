import { stringMember, isJsonObject, objectMember } from '../../base/json.ts'
import { validationError } from './errors.ts'
import type { EntityKind } from './entity-kind.ts'
import type { Entity } from './entity-tree.ts'

/** An operation of an API as the gateway sees it. */
export interface Operation {
  readonly id: string
  readonly displayName: string
  readonly method: string
  /** `/FetchOrders/{id}?limit={limit}` */
  readonly urlTemplate: string
}

/** https://learn.microsoft.com/rest/api/apimanagement/api-operation */
export const operationKind: EntityKind = {
  kind: 'apis/operations',
  label: 'Operation',
  accept({ holder, names: [api = '', id = ''], fields, properties }) {
    const method = fields.requiredText('method').toUpperCase()
    const urlTemplate = fields.requiredText('urlTemplate')
    const declared = fields.items('templateParameters').map((each) => stringMember(each, 'name'))
    for (const name of templateNames(urlTemplate)) {
      if (declared.length === 0 || declared.includes(name)) continue
      const message = `Template parameter '${name}' used in the URI template must be defined in the operation, and vice-versa.`
      throw validationError([{ target: 'templateParameters', message }])
    }
    const twin = holder.list('apis/operations', [api]).find((each) => {
      const other = operationOf(each)
      return other.method === method && other.urlTemplate === urlTemplate && other.id !== id
    })
    if (twin) {
      const message = `Operation with the same method and URL template already exists: ${operationOf(twin).displayName}.`
      throw validationError([{ target: 'urlTemplate', message }])
    }
    return {
      templateParameters: [],
      responses: [],
      ...properties,
      displayName: fields.text('displayName') ?? id,
      method,
      urlTemplate: urlTemplate.startsWith('/') ? urlTemplate : `/${urlTemplate}`,
    }
  },
}

export function operationOf(entity: Entity): Operation {
  return {
    id: entity.names[1] ?? '',
    displayName: stringMember(entity.properties, 'displayName') ?? '',
    method: stringMember(entity.properties, 'method') ?? 'GET',
    urlTemplate: stringMember(entity.properties, 'urlTemplate') ?? '/',
  }
}

// The names between braces: `['id', 'limit']`; a leading `*` catches the rest of the path.
function templateNames(urlTemplate: string): readonly string[] {
  return [...urlTemplate.matchAll(/\{\*?([^}]*)\}/g)].map(([, name = '']) => name)
}

/** An example of a declared response: what `mock-response` answers with. */
export function exampleOf(
  entity: Entity,
  wanted: { status: number; contentType: string | undefined },
): { contentType: string; text: string } | undefined {
  const responses = entity.properties['responses']
  const response = (Array.isArray(responses) ? responses : []).find(
    (each) => isJsonObject(each) && each['statusCode'] === wanted.status,
  )
  const representations = isJsonObject(response) ? response['representations'] : undefined
  for (const each of Array.isArray(representations) ? representations : []) {
    const contentType = stringMember(each, 'contentType') ?? ''
    if (wanted.contentType !== undefined && contentType !== wanted.contentType) continue
    const [example] = Object.values(objectMember(each, 'examples'))
    const value = isJsonObject(example) ? example['value'] : stringMember(each, 'sample')
    if (value === undefined) return { contentType, text: '' }
    return { contentType, text: typeof value === 'string' ? value : JSON.stringify(value) }
  }
  return undefined
}
