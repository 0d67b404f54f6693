import type { JsonObject, JsonValue } from '../../base/json.ts'

/** A resource as a template or the management REST names it. */
export interface ResourceRequest {
  /** `/subscriptions/../resourceGroups/../providers/Microsoft.ServiceBus/namespaces/ns/queues/orders` */
  readonly id: string
  /** One name per type segment, outermost first: `['ns', 'orders']`. */
  readonly names: readonly string[]
  readonly type: string
  readonly apiVersion: string
  readonly location?: string
  readonly kind?: string
  readonly tags: JsonObject
  readonly identity: JsonObject
  readonly sku: JsonObject
  readonly properties: JsonObject
}

/** What the provider makes of a resource: the body that is read back, with the values only the service knows. */
export interface ResourceBody {
  readonly properties: JsonObject
  readonly identity?: JsonObject
  readonly sku?: JsonObject
}

/**
 * How a service takes part in deployments: one provider per ARM resource type. Templates and the management
 * REST use the same three verbs. A fault in the request is a `ServiceError` with Azure's code.
 */
export interface ResourceProvider {
  /** `Microsoft.ServiceBus/namespaces/queues` */
  readonly type: string
  put(request: ResourceRequest): Promise<ResourceBody>
  /** The id tells apart what extends several resources under one name. */
  delete(names: readonly string[], id?: string): Promise<void>
  /** What is there although nobody put it, for templates that name it as `existing`: Microsoft's own applications. */
  readonly get?: (names: readonly string[]) => Promise<ResourceBody | undefined>
  /** POST actions and the functions of templates that read them: `listKeys`. */
  readonly actions?: Readonly<
    Record<string, (names: readonly string[], body: JsonObject, id?: string) => Promise<JsonValue>>
  >
}
