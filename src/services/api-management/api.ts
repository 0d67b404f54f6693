import type { JsonObject } from '../../base/json.ts'
import { objectMember, stringMember } from '../../base/json.ts'
import { validationError } from './errors.ts'
import type { EntityKind } from './entity-kind.ts'
import type { Entity } from './entity-tree.ts'
import { onHandshake } from './gateway/handshake.ts'

/** An API as the gateway sees it. */
export interface Api {
  /** `orders` or `orders;rev=2`: the name of its resource. */
  readonly id: string
  readonly displayName: string
  /** Without slashes at its ends; may be empty. */
  readonly path: string
  readonly protocols: readonly string[]
  readonly serviceUrl: string | undefined
  readonly subscriptionRequired: boolean
  readonly keyHeader: string
  readonly keyQuery: string
  readonly revision: string
  readonly isCurrent: boolean
  readonly isOnline: boolean
  readonly version: string | undefined
  readonly versionSetId: string | undefined
  readonly type: string
}

const apiTypes = ['http', 'websocket'] as const

/** https://learn.microsoft.com/rest/api/apimanagement/apis */
export const apiKind: EntityKind = {
  kind: 'apis',
  label: 'API',
  accept({ holder, names: [id = ''], fields, properties, old }) {
    const path = trimSlashes(fields.text('path') ?? '')
    const [base = '', revision] = id.split(';rev=')
    const type = fields.choice('type', apiTypes) ?? fields.choice('apiType', apiTypes) ?? 'http'
    const isWebSocket = type === 'websocket'
    const merged: JsonObject = {
      subscriptionRequired: true,
      protocols: isWebSocket ? ['ws', 'wss'] : ['https'],
      ...properties,
      type,
      displayName: fields.text('displayName') ?? base,
      path,
      apiRevision: fields.text('apiRevision') ?? revision ?? '1',
      isCurrent: fields.flag('isCurrent') ?? old?.properties['isCurrent'] ?? revision === undefined,
    }
    fields.texts('protocols')
    fields.flag('subscriptionRequired')
    checkServiceUrl(fields.text('serviceUrl'))
    const taken = holder.list('apis').find((each) => {
      const other = apiOf(each)
      return (
        trimSlashes(other.path).toLowerCase() === path.toLowerCase() &&
        rootName(other.id) !== rootName(id) &&
        other.version === fields.text('apiVersion')
      )
    })
    if (taken) {
      const message = `Cannot create API '${id}' with the same Path '${path}' as API '${taken.names[0]}'.`
      throw validationError([{ target: 'path', message }])
    }
    return merged
  },
  async settle(writer, entity) {
    const { id: api, type } = apiOf(entity)
    const { id, displayName, method } = onHandshake
    if (type !== 'websocket' || writer.get('apis/operations', [api, id])) return
    const properties = { displayName, method, urlTemplate: `/${id}` }
    await writer.put({ kind: 'apis/operations', names: [api, id], properties })
  },
}

export function apiOf(entity: Entity): Api {
  const { properties } = entity
  const names = objectMember(properties, 'subscriptionKeyParameterNames')
  const protocols = properties['protocols']
  return {
    id: entity.names[0] ?? '',
    displayName: stringMember(properties, 'displayName') ?? '',
    path: stringMember(properties, 'path') ?? '',
    protocols: Array.isArray(protocols) ? protocols.map(String) : ['https'],
    serviceUrl: stringMember(properties, 'serviceUrl')?.replace(/\/+$/, ''),
    subscriptionRequired: properties['subscriptionRequired'] !== false,
    keyHeader: stringMember(names, 'header') ?? 'Ocp-Apim-Subscription-Key',
    keyQuery: stringMember(names, 'query') ?? 'subscription-key',
    revision: stringMember(properties, 'apiRevision') ?? '1',
    isCurrent: properties['isCurrent'] !== false,
    isOnline: properties['isOnline'] !== false,
    version: stringMember(properties, 'apiVersion'),
    versionSetId: stringMember(properties, 'apiVersionSetId')?.split('/').at(-1),
    type: stringMember(properties, 'type') ?? 'http',
  }
}

/** `orders` for `orders;rev=2`: revisions of one API share it. */
export function rootName(id: string): string {
  return (id.split(';rev=')[0] ?? id).toLowerCase()
}

function checkServiceUrl(serviceUrl: string | undefined): void {
  if (serviceUrl === undefined || serviceUrl === '') return
  if (URL.canParse(serviceUrl) && /^(https?|wss?):$/.test(new URL(serviceUrl).protocol)) return
  throw validationError([{ target: 'serviceUrl', message: 'Service url is not a valid URL.' }])
}

function trimSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, '')
}
