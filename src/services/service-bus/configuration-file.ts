/**
 * The file of entities that the official local tool reads.
 * https://learn.microsoft.com/en-us/azure/service-bus-messaging/test-locally-with-service-bus-emulator
 */
import { isJsonObject, parseJson, stringMember } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { messageOf } from '../../base/errors.ts'
import { badRequest } from './errors.ts'
import type { Namespace } from './namespace.ts'
import type { ServiceBus } from './service.ts'

/** The key in the connection strings of everybody who uses that tool. */
const knownKey = 'SAS_KEY_VALUE'

/** Creates what the file declares, or changes what is there already; gives the namespaces. */
export async function applyConfigurationFile(
  serviceBus: ServiceBus,
  text: string,
): Promise<readonly Namespace[]> {
  const declared = listOf(parsed(text)['UserConfig'], 'Namespaces')
  const namespaces: Namespace[] = []
  for (const each of declared) namespaces.push(await applyNamespace(serviceBus, each))
  return namespaces
}

async function applyNamespace(serviceBus: ServiceBus, declared: JsonObject): Promise<Namespace> {
  refuseUnknown(declared, ['Name', 'Queues', 'Topics'], 'a namespace')
  const namespace = await serviceBus.createNamespace(nameOf(declared))
  const rights = ['Listen', 'Send', 'Manage'] as const
  const keys = { primaryKey: knownKey }
  await namespace.authorizationRules.put('', 'RootManageSharedAccessKey', rights, keys)
  const topics = listOf(declared, 'Topics')
  for (const topic of topics) {
    await namespace.putTopic(nameOf(topic), propertiesOf(topic))
  }
  // A queue may forward to one that stands below it: those that forward come last.
  const queues = listOf(declared, 'Queues')
  for (const queue of queues.toSorted((a, b) => forwards(a) - forwards(b))) {
    refuseUnknown(queue, ['Name', 'Properties'], 'a queue')
    await namespace.putQueue(nameOf(queue), propertiesOf(queue))
  }
  for (const topic of topics) await applyTopic(namespace, topic)
  return namespace
}

function forwards(queue: JsonObject): number {
  const { forwardTo, forwardDeadLetteredMessagesTo } = propertiesOf(queue)
  return forwardTo === undefined && forwardDeadLetteredMessagesTo === undefined ? 0 : 1
}

async function applyTopic(namespace: Namespace, declared: JsonObject): Promise<void> {
  refuseUnknown(declared, ['Name', 'Properties', 'Subscriptions'], 'a topic')
  const topic = nameOf(declared)
  for (const each of listOf(declared, 'Subscriptions')) {
    refuseUnknown(each, ['Name', 'Properties', 'Rules'], 'a subscription')
    const { path } = await namespace.putSubscription(topic, nameOf(each), propertiesOf(each))
    const rules = listOf(each, 'Rules')
    for (const rule of rules) {
      await namespace.putRule(path, nameOf(rule), ruleProperties(rule))
    }
    const names = rules.map((rule) => nameOf(rule).toLowerCase())
    if (names.length > 0 && !names.includes('$default')) {
      await namespace.delete(`${path}/rules/$Default`)
    }
  }
}

/** The names of the file are those of the resource types, with capitals. */
function propertiesOf(declared: JsonObject): JsonObject {
  const properties: JsonObject = {}
  const given = declared['Properties']
  for (const [name, value] of Object.entries(isJsonObject(given) ? given : {})) {
    if (value !== '') properties[camelCase(name)] = value
  }
  return properties
}

function ruleProperties(declared: JsonObject): JsonObject {
  refuseUnknown(declared, ['Name', 'Properties'], 'a rule')
  const given = camelCased(declared['Properties'] ?? {})
  if (!isJsonObject(given)) return {}
  const { filterType, sqlFilter, correlationFilter, action } = given
  const type = typeof filterType === 'string' ? filterType : 'Sql'
  return {
    filterType: /^correlation/i.test(type) ? 'CorrelationFilter' : 'SqlFilter',
    ...(sqlFilter === undefined ? {} : { sqlFilter }),
    ...(correlationFilter === undefined ? {} : { correlationFilter }),
    ...(action === undefined ? {} : { action }),
  }
}

/** The names of `Properties` inside a filter are the user's own, and stay. */
function camelCased(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value
  const result: JsonObject = {}
  for (const [name, member] of Object.entries(value)) {
    const key = camelCase(name)
    result[key] = key === 'properties' ? member : camelCased(member)
  }
  return result
}

function refuseUnknown(declared: JsonObject, known: readonly string[], what: string): void {
  const unknown = Object.keys(declared).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw badRequest(`The property '${unknown}' of ${what} is not supported.`)
}

function nameOf(declared: JsonObject): string {
  const name = stringMember(declared, 'Name')
  if (name === undefined) throw badRequest("A declaration has no 'Name'.")
  return name
}

function listOf(holder: JsonValue | undefined, name: string): readonly JsonObject[] {
  const list = isJsonObject(holder) ? holder[name] : undefined
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}

function camelCase(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1)
}

function parsed(text: string): JsonObject {
  try {
    const value = parseJson(text)
    if (isJsonObject(value)) return value
  } catch (error) {
    throw badRequest(`The file of entities is not JSON: ${messageOf(error)}`)
  }
  throw badRequest('The file of entities is not a JSON object.')
}
