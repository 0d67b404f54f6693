import { stringMember } from '../../base/json.ts'
import { entityInUse, entityNotFound } from './errors.ts'
import type { EntityKind } from './entity-kind.ts'
import type { Entity } from './entity-tree.ts'

/** A product as the gateway sees it. */
export interface Product {
  readonly id: string
  readonly displayName: string
  readonly subscriptionRequired: boolean
  readonly approvalRequired: boolean
  readonly subscriptionsLimit: number | undefined
  readonly isPublished: boolean
}

/** https://learn.microsoft.com/rest/api/apimanagement/product */
export const productKind: EntityKind = {
  kind: 'products',
  label: 'Product',
  accept({ fields, properties, old }) {
    const subscriptionRequired = fields.flag('subscriptionRequired') ?? true
    return {
      description: '',
      ...properties,
      displayName: fields.requiredText('displayName'),
      subscriptionRequired,
      ...(subscriptionRequired
        ? { approvalRequired: fields.flag('approvalRequired') ?? false }
        : {}),
      subscriptionsLimit: fields.count('subscriptionsLimit') ?? null,
      state:
        fields.choice('state', ['notPublished', 'published']) ??
        old?.properties['state'] ??
        'notPublished',
    }
  },
  release(holder, entity) {
    const [id = ''] = entity.names
    const used = holder
      .list('subscriptions')
      .some((each) =>
        stringMember(each.properties, 'scope')
          ?.toLowerCase()
          .endsWith(`/products/${id.toLowerCase()}`),
      )
    if (!used) return
    throw entityInUse(
      'Cannot delete product with existing subscriptions. Use deleteSubscriptions=true to delete them.',
    )
  },
}

/** An API in a product. https://learn.microsoft.com/rest/api/apimanagement/product-api */
export const productApiKind: EntityKind = {
  kind: 'products/apis',
  label: 'ProductApi',
  accept({ holder, names: [, api = ''], properties }) {
    if (!holder.get('apis', [api])) throw entityNotFound('API')
    return properties
  },
}

/** A group that sees a product. https://learn.microsoft.com/rest/api/apimanagement/product-group */
export const productGroupKind: EntityKind = {
  kind: 'products/groups',
  label: 'ProductGroup',
  accept({ holder, names: [, group = ''], properties }) {
    if (!holder.get('groups', [group])) throw entityNotFound('Group')
    return properties
  },
}

export function productOf(entity: Entity): Product {
  const { properties } = entity
  const limit = properties['subscriptionsLimit']
  return {
    id: entity.names[0] ?? '',
    displayName: stringMember(properties, 'displayName') ?? '',
    subscriptionRequired: properties['subscriptionRequired'] !== false,
    approvalRequired: properties['approvalRequired'] === true,
    subscriptionsLimit: typeof limit === 'number' ? limit : undefined,
    isPublished: properties['state'] === 'published',
  }
}
