import type { JsonObject } from '../../base/json.ts'
import type { ResourceBody, ResourceProvider } from '../../engines/resources/resource-provider.ts'
import { accessRights, keysBody } from './authorization-rules.ts'
import { badRequest, namespaceNotFound } from './errors.ts'
import type { Tier } from './entity-checks.ts'
import type { Namespace } from './namespace.ts'
import { PropertyReader } from './property-reader.ts'
import { queueBody, subscriptionBody, topicBody } from './resource-bodies.ts'
import type { ServiceBus } from './service.ts'

/** The resource types of https://learn.microsoft.com/en-us/azure/templates/microsoft.servicebus/allversions */
export function serviceBusResources(serviceBus: ServiceBus): readonly ResourceProvider[] {
  return [
    namespaces(serviceBus),
    queues(serviceBus),
    topics(serviceBus),
    subscriptions(serviceBus),
    rules(serviceBus),
    networkRuleSets(serviceBus),
    authorizationRules(serviceBus, 'Microsoft.ServiceBus/namespaces/authorizationRules'),
    authorizationRules(serviceBus, 'Microsoft.ServiceBus/namespaces/queues/authorizationRules'),
    authorizationRules(serviceBus, 'Microsoft.ServiceBus/namespaces/topics/authorizationRules'),
  ]
}

function namespaces(serviceBus: ServiceBus): ResourceProvider {
  return {
    type: 'Microsoft.ServiceBus/namespaces',
    async put(request) {
      const { name } = named(request.names)
      if (!/^[a-z](?:[a-z\d-]{4,48})[a-z\d]$/i.test(name)) {
        throw badRequest(
          `The namespace name '${name}' is not valid: 6 to 50 letters, digits and hyphens, a letter first and no hyphen last.`,
        )
      }
      const tier = parseTier(request.sku)
      checkNamespaceProperties(request.properties)
      const { properties } = request
      const namespace = await serviceBus.createNamespace(name, {
        tier,
        properties,
        resourceId: request.id,
      })
      return { properties: namespaceBody(namespace, properties), sku: { name: tier, tier } }
    },
    async delete(names) {
      await serviceBus.deleteNamespace(named(names).name)
    },
  }
}

function queues(serviceBus: ServiceBus): ResourceProvider {
  return {
    type: 'Microsoft.ServiceBus/namespaces/queues',
    async put({ names, properties }) {
      const { namespace, entity } = locate(serviceBus, names)
      return { properties: queueBody(await namespace.putQueue(entity, properties)) }
    },
    async delete(names) {
      await removal(serviceBus, names)
    },
  }
}

function topics(serviceBus: ServiceBus): ResourceProvider {
  return {
    type: 'Microsoft.ServiceBus/namespaces/topics',
    async put({ names, properties }) {
      const { namespace, entity } = locate(serviceBus, names)
      return { properties: topicBody(await namespace.putTopic(entity, properties)) }
    },
    async delete(names) {
      await removal(serviceBus, names)
    },
  }
}

function subscriptions(serviceBus: ServiceBus): ResourceProvider {
  return {
    type: 'Microsoft.ServiceBus/namespaces/topics/subscriptions',
    async put({ names, properties }) {
      const { namespace, entity, child } = locate(serviceBus, names)
      const subscription = await namespace.putSubscription(entity, child, properties)
      return { properties: subscriptionBody(subscription) }
    },
    async delete(names) {
      await removal(serviceBus, names, '/subscriptions/')
    },
  }
}

function rules(serviceBus: ServiceBus): ResourceProvider {
  return {
    type: 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules',
    async put({ names, properties }) {
      const { namespace, entity, child, rule } = locate(serviceBus, names)
      const created = await namespace.putRule(`${entity}/subscriptions/${child}`, rule, properties)
      return { properties: created.definition.properties }
    },
    async delete(names) {
      await removal(serviceBus, names, '/subscriptions/', '/rules/')
    },
  }
}

/** Accepted without effect: what may reach the machine is the machine's own affair. */
function networkRuleSets(serviceBus: ServiceBus): ResourceProvider {
  return {
    type: 'Microsoft.ServiceBus/namespaces/networkRuleSets',
    async put({ names, properties }) {
      locate(serviceBus, names)
      return { properties: { ...properties } }
    },
    async delete() {},
  }
}

function authorizationRules(serviceBus: ServiceBus, type: string): ResourceProvider {
  const place = (names: readonly string[]) => {
    const { namespace, entity, child } = locate(serviceBus, names)
    return names.length > 2
      ? { namespace, entity: namespace.entity(entity).path, name: child }
      : { namespace, entity: '', name: entity }
  }
  return {
    type,
    async put({ names, properties }): Promise<ResourceBody> {
      const { namespace, entity, name } = place(names)
      const rule = await namespace.authorizationRules.put(entity, name, parseRights(properties))
      return { properties: { rights: [...rule.rights] } }
    },
    async delete(names) {
      const { namespace, entity, name } = place(names)
      await namespace.authorizationRules.delete(entity, name)
    },
    actions: {
      async listKeys(names) {
        const { namespace, entity, name } = place(names)
        const rule = namespace.authorizationRules.get(entity, name)
        return keysBody(rule, { namespace: namespace.name, entity })
      },
      async regenerateKeys(names, body) {
        const { namespace, entity, name } = place(names)
        const which = body['keyType'] === 'SecondaryKey' ? 'secondaryKey' : 'primaryKey'
        const rule = await namespace.authorizationRules.regenerate(entity, name, which)
        return keysBody(rule, { namespace: namespace.name, entity })
      },
    },
  }
}

/** A resource id cannot have a slash in a name, so it has a tilde there. */
function entityName(segment: string): string {
  return segment.replaceAll('~', '/')
}

interface Names {
  readonly name: string
  readonly entity: string
  readonly child: string
  readonly rule: string
}

function named(names: readonly string[]): Names {
  const [name = '', entity = '', child = '', rule = ''] = names
  return { name, entity: entityName(entity), child, rule }
}

function locate(
  serviceBus: ServiceBus,
  names: readonly string[],
): Names & { readonly namespace: Namespace } {
  const parts = named(names)
  const namespace = serviceBus.namespace(parts.name)
  if (!namespace) throw namespaceNotFound(parts.name)
  return { ...parts, namespace }
}

async function removal(
  serviceBus: ServiceBus,
  names: readonly string[],
  ...separators: readonly string[]
): Promise<void> {
  const [name = '', entity = '', ...below] = names
  const path = below.reduce(
    (parent, child, index) => `${parent}${separators[index]}${child}`,
    entityName(entity),
  )
  await serviceBus.namespace(name)?.delete(path)
}

const tiers = ['Basic', 'Standard', 'Premium'] as const

function parseTier(sku: JsonObject): Tier {
  const reader = new PropertyReader(sku, "a namespace's sku")
  const name = reader.oneOf('name', tiers)
  const tier = reader.oneOf('tier', tiers)
  reader.integer('capacity', { min: 0, max: 64 })
  reader.end()
  if (name && tier && name !== tier) {
    throw badRequest(
      `The name '${name}' and the tier '${tier}' of a namespace's sku must be the same.`,
    )
  }
  return name ?? tier ?? 'Standard'
}

/** Zones, encryption at rest, private endpoints and the TLS floor say nothing about one's own machine. */
function checkNamespaceProperties(properties: JsonObject): void {
  const reader = new PropertyReader(properties, 'a namespace')
  if (reader.text('alternateName') !== undefined) {
    throw badRequest("The property 'alternateName' of a namespace is not supported.")
  }
  reader.boolean('disableLocalAuth')
  reader.boolean('zoneRedundant')
  reader.object('encryption')
  reader.oneOf('minimumTlsVersion', ['1.0', '1.1', '1.2', '1.3'])
  reader.oneOf('publicNetworkAccess', ['Enabled', 'Disabled', 'SecuredByPerimeter'])
  reader.integer('premiumMessagingPartitions', { min: 0, max: 4 })
  reader.skip([
    'createdAt',
    'metricId',
    'privateEndpointConnections',
    'provisioningState',
    'serviceBusEndpoint',
    'status',
    'updatedAt',
  ])
  reader.end()
}

function namespaceBody(namespace: Namespace, properties: JsonObject): JsonObject {
  return {
    disableLocalAuth: false,
    zoneRedundant: false,
    minimumTlsVersion: '1.2',
    publicNetworkAccess: 'Enabled',
    premiumMessagingPartitions: 0,
    ...properties,
    provisioningState: 'Succeeded',
    status: 'Active',
    serviceBusEndpoint: `https://${namespace.name}.servicebus.windows.net:443/`,
  }
}

function parseRights(properties: JsonObject): readonly (typeof accessRights)[number][] {
  const reader = new PropertyReader(properties, 'an authorization rule')
  const given = reader.texts('rights') ?? []
  reader.end()
  if (given.length === 0) throw badRequest('An authorization rule must have at least one right.')
  return given.map((word) => {
    const right = accessRights.find((candidate) => candidate.toLowerCase() === word.toLowerCase())
    if (!right) throw badRequest(`The right '${word}' is not one of ${accessRights.join(', ')}.`)
    return right
  })
}
