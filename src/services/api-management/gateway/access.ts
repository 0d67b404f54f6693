import type { Product } from '../product.ts'
import type { Subscription } from '../subscription.ts'
import type { Configuration, ServedApi } from './configuration.ts'

/** As what a call comes in. */
export interface Access {
  readonly product: Product | undefined
  readonly subscription: Subscription | undefined
}

const anonymous: Access = { product: undefined, subscription: undefined }

/**
 * What a key, or its absence, gives access to; `undefined` when it opens nothing.
 * https://learn.microsoft.com/azure/api-management/api-management-subscriptions#how-api-management-handles-requests-with-or-without-subscription-keys
 */
export function findAccess(
  { api, configuration }: ServedApi,
  key: string | undefined,
): Access | undefined {
  if (key === undefined) {
    const product = configuration.openProduct(api)
    if (product) return { product, subscription: undefined }
    return api.subscriptionRequired ? undefined : anonymous
  }
  const subscription = configuration.subscription(key) ?? ofService(configuration, key)
  if (subscription?.state !== 'active') return undefined
  const { scope } = subscription
  if (scope.kind === 'product') {
    const product = configuration.product(scope.id)
    return product && configuration.hasApi(product, api) ? { product, subscription } : undefined
  }
  const isOpen =
    scope.kind !== 'api' ||
    scope.id.split(';')[0]?.toLowerCase() === api.id.split(';')[0]?.toLowerCase()
  return isOpen ? { product: undefined, subscription } : undefined
}

// The key of the whole service opens what is in its workspaces, too.
function ofService({ outer }: Configuration, key: string): Subscription | undefined {
  const subscription = outer?.subscription(key)
  return subscription?.scope.kind === 'service' ? subscription : undefined
}
