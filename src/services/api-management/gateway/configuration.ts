import { stringMember } from '../../../base/json.ts'
import type { EntityHolder } from '../entity-kind.ts'
import type { Entity } from '../entity-tree.ts'
import { type Api, apiOf, rootName } from '../api.ts'
import { type Operation, operationOf } from '../operation.ts'
import { type Product, productOf } from '../product.ts'
import { type Subscription, subscriptionOf } from '../subscription.ts'
import { CallUrl } from './call-url.ts'
import { EffectivePolicy } from './effective-policy.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { notOfHandshakes, onHandshake } from './handshake.ts'
import { OperationMatcher } from './operation-match.ts'
import type { PolicyDocument } from './policy-compiler.ts'

/** An API with its operations, as requests find it. */
export interface ServedApi {
  /** Of the service, or of the workspace that the API is in. */
  readonly configuration: Configuration
  readonly api: Api
  /** `/orders` in lower case, with the version behind it where the version set says so. */
  readonly prefix: string
  readonly serviceUrl: CallUrl | undefined
  /** Where the version of a request stands, for an API of a version set. */
  readonly versioning: Versioning | undefined
  readonly matcher: OperationMatcher
}

/** https://learn.microsoft.com/azure/api-management/api-management-versions */
export interface Versioning {
  readonly scheme: 'Segment' | 'Header' | 'Query'
  /** The header or the parameter. */
  readonly name: string
}

/** The compiled documents of a service, by the kind and names of the entity they belong to. */
export interface PolicyDocuments {
  find(kind: string, names: readonly string[]): PolicyDocument | undefined
  readonly standard: PolicyDocument
}

/** What a configuration is made with. */
export interface ConfigurationOptions {
  readonly documents: PolicyDocuments
  readonly namedValueId: (displayName: string) => string
  readonly parts: GatewayParts
  readonly outer?: Configuration
}

/** What the gateway serves, made anew after a change; a running call keeps the one it began with. */
export class Configuration {
  /** The one with the longest path first. */
  readonly apis: readonly ServedApi[]
  /** What policies of these APIs may use. */
  readonly parts: GatewayParts
  /** The configuration of the service, for that of a workspace. */
  readonly outer: Configuration | undefined
  readonly #holder: EntityHolder
  readonly #options: ConfigurationOptions
  readonly #products: readonly Product[]
  /** `basic/orders`: which APIs are in which products. */
  readonly #productApis: ReadonlySet<string>
  readonly #byKey = new Map<string, Subscription>()
  readonly #effective = new Map<Operation, Map<Product | undefined, EffectivePolicy>>()
  readonly #documents: PolicyDocuments
  readonly #namedValueId: (displayName: string) => string

  constructor(
    holder: EntityHolder,
    options: ConfigurationOptions,
    workspaces: readonly Configuration[] = [],
  ) {
    this.#holder = holder
    this.#options = options
    this.parts = options.parts
    this.outer = options.outer
    this.#documents = options.documents
    this.#namedValueId = options.namedValueId
    const own = holder.list('apis').map((entity) => served(holder, entity, this))
    this.apis = [...own, ...workspaces.flatMap(({ apis }) => apis)]
      // The longest path first, so that `orders/archive` is not taken for `orders`.
      .toSorted((left, right) => right.prefix.length - left.prefix.length)
    this.#products = holder.list('products').map(productOf)
    this.#productApis = new Set(
      holder
        .list('products/apis')
        .map(({ names: [product = '', api = ''] }) => `${product.toLowerCase()}/${rootName(api)}`),
    )
    for (const subscription of holder.list('subscriptions').map(subscriptionOf)) {
      this.#byKey.set(subscription.primaryKey, subscription)
      this.#byKey.set(subscription.secondaryKey, subscription)
    }
  }

  /** The same, with the APIs of workspaces beside its own. */
  withWorkspaces(workspaces: readonly Configuration[]): Configuration {
    if (workspaces.length === 0) return this
    return new Configuration(this.#holder, this.#options, workspaces)
  }

  subscription(key: string): Subscription | undefined {
    return key === '' ? undefined : this.#byKey.get(key)
  }

  product(id: string): Product | undefined {
    return this.#products.find((each) => each.id.toLowerCase() === id.toLowerCase())
  }

  hasApi(product: Product, api: Api): boolean {
    return this.#productApis.has(`${product.id.toLowerCase()}/${rootName(api.id)}`)
  }

  /** A product that gives the API away without a subscription. */
  openProduct(api: Api): Product | undefined {
    return this.#products.find(
      (each) => !each.subscriptionRequired && each.isPublished && this.hasApi(each, api),
    )
  }

  /** The policies around those of products and APIs, from the narrowest scope to the widest. */
  rootPolicies(): readonly PolicyDocument[] {
    const own = this.#documents.find('policies', ['policy'])
    if (!this.outer) return [own ?? this.#documents.standard]
    return [...(own ? [own] : []), ...this.outer.rootPolicies()]
  }

  effectivePolicy(place: {
    product: Product | undefined
    api: Api
    operation: Operation
  }): EffectivePolicy {
    const { product, api, operation } = place
    const known = this.#effective.get(operation)?.get(product)
    if (known) return known
    const documents = [
      this.#documents.find('apis/operations/policies', [api.id, operation.id, 'policy']),
      this.#documents.find('apis/policies', [api.id, 'policy']),
      product && this.#documents.find('products/policies', [product.id, 'policy']),
      ...this.rootPolicies(),
    ].filter((each) => each !== undefined)
    const made = new EffectivePolicy(documents, {
      namedValueId: this.#namedValueId,
      ...(api.type === 'websocket' ? { without: notOfHandshakes } : {}),
    })
    const byProduct =
      this.#effective.get(operation) ?? new Map<Product | undefined, EffectivePolicy>()
    byProduct.set(product, made)
    this.#effective.set(operation, byProduct)
    return made
  }
}

function served(holder: EntityHolder, entity: Entity, configuration: Configuration): ServedApi {
  const api = apiOf(entity)
  const isWebSocket = api.type === 'websocket'
  const operations = isWebSocket
    ? [onHandshake]
    : holder.list('apis/operations', [api.id]).map(operationOf)
  const versioning = versioningOf(holder, api)
  const words = [api.path, versioning?.scheme === 'Segment' ? (api.version ?? '') : '']
  const prefix = words
    .filter((word) => word !== '')
    .map((word) => `/${word.toLowerCase()}`)
    .join('')
  const serviceUrl = api.serviceUrl ? CallUrl.parse(api.serviceUrl) : undefined
  const matcher = new OperationMatcher(operations)
  return { configuration, api, prefix, serviceUrl, versioning, matcher }
}

function versioningOf(holder: EntityHolder, api: Api): Versioning | undefined {
  if (api.versionSetId === undefined) return undefined
  const properties = holder.get('apiVersionSets', [api.versionSetId])?.properties
  const scheme = stringMember(properties, 'versioningScheme')
  if (scheme === 'Header') {
    return { scheme, name: stringMember(properties, 'versionHeaderName') ?? '' }
  }
  if (scheme === 'Query') {
    return { scheme, name: stringMember(properties, 'versionQueryName') ?? '' }
  }
  return scheme === 'Segment' ? { scheme, name: '' } : undefined
}
