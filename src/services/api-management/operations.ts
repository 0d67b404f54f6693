import type { JsonObject } from '../../base/json.ts'
import type { Entity } from './entity-tree.ts'
import { entityKinds } from './entity-kinds.ts'
import { valueOf } from './named-value.ts'
import type { ServiceInstance } from './service-instance.ts'
import { newKey, secretsOf } from './subscription.ts'

/** What a POST to an entity does; without an answer it is 204. */
export type EntityAction = (
  instance: ServiceInstance,
  entity: Entity,
) => Promise<JsonObject | undefined>

/** The POST actions by kind of entity. */
export const entityActions: Readonly<Record<string, Readonly<Record<string, EntityAction>>>> = {
  subscriptions: {
    listSecrets: async (_instance, entity) => secretsOf(entity),
    regeneratePrimaryKey: (instance, entity) => regenerate(instance, entity, 'primaryKey'),
    regenerateSecondaryKey: (instance, entity) => regenerate(instance, entity, 'secondaryKey'),
  },
  namedValues: {
    listValue: async (_instance, entity) => ({ value: valueOf(entity) ?? '' }),
  },
}

/** Every operation of the management REST: method, path below the service, and the statuses of success. */
export const operations: readonly (readonly [string, string, string])[] = [
  ['GET', '', '200'],
  ...entityKinds.flatMap(({ kind }) => {
    const path = kind
      .split('/')
      .map((segment) => `${segment}/{${segment}Id}`)
      .join('/')
    const collection = path.slice(0, path.lastIndexOf('/'))
    return [
      ['GET', collection, '200'],
      ['GET', path, '200'],
      ['HEAD', path, '200'],
      ['PUT', path, '200, 201'],
      ['PATCH', path, '200'],
      ['DELETE', path, '200, 204'],
    ] as const
  }),
  ...Object.entries(entityActions).flatMap(([kind, actions]) =>
    Object.keys(actions).map((action) => ['POST', `${kind}/{id}/${action}`, '200, 204'] as const),
  ),
]

async function regenerate(
  instance: ServiceInstance,
  entity: Entity,
  name: 'primaryKey' | 'secondaryKey',
): Promise<undefined> {
  const properties = { [name]: newKey() }
  await instance.patch({ kind: entity.kind, names: entity.names, properties })
}
