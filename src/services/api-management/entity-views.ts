import { stringMember } from '../../base/json.ts'
import { rootName } from './api.ts'
import type { EntityHolder } from './entity-kind.ts'
import type { Entity } from './entity-tree.ts'
import { subscriptionOf } from './subscription.ts'

/** Entities as others see them: what can be listed below an entity and is no part of it. */
export type EntityView = (holder: EntityHolder, names: readonly string[]) => readonly Entity[]

/** The lists that no entities of their own stand behind, by address. */
export const entityViews: Readonly<Record<string, EntityView>> = {
  'apis/products': (holder, [api = '']) =>
    holder
      .list('products/apis')
      .filter(({ names: [, id = ''] }) => rootName(id) === rootName(api))
      .flatMap(({ names: [product = ''] }) => holder.get('products', [product]) ?? []),
  'apis/revisions': (holder, [api = '']) =>
    holder.list('apis').filter(({ names: [id = ''] }) => rootName(id) === rootName(api)),
  'products/subscriptions': (holder, [product = '']) =>
    holder.list('subscriptions').filter((each) => {
      const { scope } = subscriptionOf(each)
      return scope.kind === 'product' && isSame(scope.id, product)
    }),
  'users/groups': (holder, [user = '']) =>
    holder
      .list('groups/users')
      .filter(({ names: [, id = ''] }) => isSame(id, user))
      .flatMap(({ names: [group = ''] }) => holder.get('groups', [group]) ?? []),
  'users/subscriptions': (holder, [user = '']) =>
    holder.list('subscriptions').filter((each) => isSame(subscriptionOf(each).ownerId ?? '', user)),
}

const taggedKinds = ['apis/tags', 'apis/operations/tags', 'products/tags'] as const

/** What has tags: https://learn.microsoft.com/rest/api/apimanagement/tag-resource */
export function tagResources(holder: EntityHolder) {
  return taggedKinds.flatMap((kind) =>
    holder.list(kind).map(({ names }) => {
      const id = names.at(-1) ?? ''
      const tag = { id: `/tags/${id}`, name: displayNameOf(holder.get('tags', [id]), id) }
      const owner = holder.get(kind.slice(0, -'/tags'.length), names.slice(0, -1))
      const [first = '', second = ''] = names
      const name = displayNameOf(owner, names.at(-2) ?? '')
      switch (kind) {
        case 'apis/tags':
          return { tag, api: { id: `/apis/${first}`, name } }
        case 'apis/operations/tags':
          return { tag, operation: { id: `/apis/${first}/operations/${second}`, name } }
        case 'products/tags':
          return { tag, product: { id: `/products/${first}`, name } }
      }
    }),
  )
}

function displayNameOf(entity: Entity | undefined, otherwise: string): string {
  return stringMember(entity?.properties, 'displayName') ?? otherwise
}

function isSame(one: string, two: string): boolean {
  return one.toLowerCase() === two.toLowerCase()
}
