import { parseIsoDuration } from '../../base/iso-duration.ts'
import type { JsonObject } from '../../base/json.ts'
import { certificateKind } from './certificate.ts'
import { entityNotFound, validationError } from './errors.ts'
import { debugTokenLifeMsMax } from './limits.ts'
import { PropertyReader } from './property-reader.ts'
import type { Entity } from './entity-tree.ts'
import { namedValueKind, valueOf } from './named-value.ts'
import type { ServiceInstance } from './service-instance.ts'
import { newKey, secretsOf } from './subscription.ts'

/** What a POST to an entity does; without an answer it is 204. */
export type EntityAction = (
  instance: ServiceInstance,
  entity: Entity,
  body: JsonObject,
) => Promise<JsonObject | undefined>

/**
 * The POST actions by kind of entity. Besides them each kind of `entity-kinds.ts` has `GET` of one and of all, `HEAD`, `PUT`,
 * `PATCH` and `DELETE`.
 */
export const entityActions: Readonly<Record<string, Readonly<Record<string, EntityAction>>>> = {
  subscriptions: {
    listSecrets: async (_instance, entity) => secretsOf(entity),
    regeneratePrimaryKey: (instance, entity) => regenerate(instance, entity, 'primaryKey'),
    regenerateSecondaryKey: (instance, entity) => regenerate(instance, entity, 'secondaryKey'),
  },
  gateways: {
    listDebugCredentials: async (instance, _entity, body) => {
      const fields = new PropertyReader(body)
      const api = fields.requiredText('apiId').split('/').at(-1) ?? ''
      if (!instance.get('apis', [api])) throw entityNotFound('API')
      const given = fields.text('credentialsExpireAfter')
      const lifeMs = given === undefined ? debugTokenLifeMsMax : parseIsoDuration(given)
      if (lifeMs === undefined || lifeMs <= 0 || lifeMs > debugTokenLifeMsMax) {
        const message = "'credentialsExpireAfter' must be a duration of at most PT1H."
        throw validationError([{ target: 'credentialsExpireAfter', message }])
      }
      return { token: instance.traces.issueToken(api, lifeMs) }
    },
    invalidateDebugCredentials: async (instance) => {
      instance.traces.forgetTokens()
      return undefined
    },
    listTrace: async (instance, _entity, body) => {
      const trace = instance.traces.find(new PropertyReader(body).requiredText('traceId'))
      if (!trace) throw entityNotFound('Trace')
      return trace
    },
  },
  certificates: {
    refreshSecret: async (instance, entity) =>
      certificateKind.show?.(await instance.refreshSecret(entity)),
  },
  namedValues: {
    refreshSecret: async (instance, entity) =>
      namedValueKind.show?.(await instance.refreshSecret(entity)),
    listValue: async (_instance, entity) => ({
      value: valueOf(entity) ?? '',
    }),
  },
}

/** The actions of a kind, which are the same in a workspace. */
export function actionsOf(kind: string): Readonly<Record<string, EntityAction>> {
  return entityActions[kind.replace(/^workspaces\//, '')] ?? {}
}

async function regenerate(
  instance: ServiceInstance,
  entity: Entity,
  name: 'primaryKey' | 'secondaryKey',
): Promise<undefined> {
  const properties = { [name]: newKey() }
  await instance.patch({ kind: entity.kind, names: entity.names, properties })
}
