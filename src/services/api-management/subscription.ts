import { randomHex } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { stringMember } from '../../base/json.ts'
import { entityNotFound, validationError } from './errors.ts'
import type { EntityHolder, EntityKind } from './entity-kind.ts'
import type { Entity } from './entity-tree.ts'
import { productOf } from './product.ts'

/** What a key opens. */
export type SubscriptionScope =
  | { readonly kind: 'product'; readonly id: string }
  | { readonly kind: 'api'; readonly id: string }
  | { readonly kind: 'all-apis' }
  | { readonly kind: 'service' }

/** A subscription with its keys, as the gateway sees it. */
export interface Subscription {
  readonly id: string
  readonly displayName: string
  readonly scope: SubscriptionScope
  readonly state: string
  readonly primaryKey: string
  readonly secondaryKey: string
  readonly ownerId: string | undefined
  readonly allowTracing: boolean
  readonly createdDate: string | undefined
  readonly startDate: string | undefined
  readonly endDate: string | undefined
}

const states = ['suspended', 'active', 'expired', 'submitted', 'rejected', 'cancelled'] as const

/** https://learn.microsoft.com/rest/api/apimanagement/subscription */
export const subscriptionKind: EntityKind = {
  kind: 'subscriptions',
  label: 'Subscription',
  accept({ holder, fields, properties, old }) {
    const scope = fields.requiredText('scope')
    const parsed = parseScope(scope)
    if (!parsed) throw validationError([{ target: 'scope', message: 'Invalid scope.' }])
    return {
      ...properties,
      displayName: fields.requiredText('displayName'),
      scope,
      state:
        fields.choice('state', states) ?? old?.properties['state'] ?? firstState(holder, parsed),
      primaryKey: keyOf(fields.text('primaryKey'), old, 'primaryKey'),
      secondaryKey: keyOf(fields.text('secondaryKey'), old, 'secondaryKey'),
    }
  },
  show(entity) {
    const { primaryKey: _primary, secondaryKey: _secondary, ...rest } = entity.properties
    return rest
  },
}

/** A key as Azure makes them: 32 hexadecimal digits. */
export function newKey(): string {
  return randomHex(16)
}

export function subscriptionOf(entity: Entity): Subscription {
  const { properties } = entity
  const scope = parseScope(stringMember(properties, 'scope') ?? '')
  return {
    id: entity.names[0] ?? '',
    displayName: stringMember(properties, 'displayName') ?? '',
    scope: scope ?? { kind: 'service' },
    state: stringMember(properties, 'state') ?? 'active',
    primaryKey: stringMember(properties, 'primaryKey') ?? '',
    secondaryKey: stringMember(properties, 'secondaryKey') ?? '',
    ownerId: stringMember(properties, 'ownerId')?.split('/').at(-1),
    allowTracing: properties['allowTracing'] === true,
    createdDate: stringMember(properties, 'createdDate'),
    startDate: stringMember(properties, 'startDate'),
    endDate: stringMember(properties, 'endDate'),
  }
}

/** The keys, which only `listSecrets` tells. */
export function secretsOf(entity: Entity): JsonObject {
  const { primaryKey, secondaryKey } = subscriptionOf(entity)
  return { primaryKey, secondaryKey }
}

// `/products/basic`, `/apis`, `/apis/orders`, or the same at the end of a whole resource id.
function parseScope(scope: string): SubscriptionScope | undefined {
  const [, kind, id] = /(?:^|\/)(products|apis)(?:\/([^/]+))?\/?$/i.exec(scope) ?? []
  if (kind?.toLowerCase() === 'products') return id ? { kind: 'product', id } : undefined
  if (kind?.toLowerCase() === 'apis') return id ? { kind: 'api', id } : { kind: 'all-apis' }
  return scope === '/' || /\/service\/[^/]+\/?$/i.test(scope) ? { kind: 'service' } : undefined
}

// A subscription to a product that wants approval waits for it.
function firstState(holder: EntityHolder, scope: SubscriptionScope): string {
  if (scope.kind === 'api' && !holder.get('apis', [scope.id])) throw entityNotFound('API')
  if (scope.kind !== 'product') return 'active'
  const product = holder.get('products', [scope.id])
  if (!product) throw entityNotFound('Product')
  return productOf(product).approvalRequired ? 'submitted' : 'active'
}

function keyOf(given: string | undefined, old: Entity | undefined, name: string): string {
  return given ?? stringMember(old?.properties, name) ?? newKey()
}
