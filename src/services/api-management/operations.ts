import type { JsonObject } from '../../base/json.ts'
import type { Entity } from './entity-tree.ts'
import { namedValueKind, valueOf } from './named-value.ts'
import type { ServiceInstance } from './service-instance.ts'
import { newKey, secretsOf } from './subscription.ts'

/** What a POST to an entity does; without an answer it is 204. */
export type EntityAction = (
  instance: ServiceInstance,
  entity: Entity,
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
  namedValues: {
    refreshSecret: async (instance, entity) => {
      await instance.refreshSecret(entity)
      return namedValueKind.show?.(entity)
    },
    listValue: async (instance, entity) => ({
      value: valueOf(entity) ?? instance.secretOf(entity) ?? '',
    }),
  },
}

async function regenerate(
  instance: ServiceInstance,
  entity: Entity,
  name: 'primaryKey' | 'secondaryKey',
): Promise<undefined> {
  const properties = { [name]: newKey() }
  await instance.patch({ kind: entity.kind, names: entity.names, properties })
}
