/** Entities as the administration describes them in XML, made of what the resource types say in JSON. */
import { isJsonObject, objectMember, stringMember } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { messageOf } from '../../base/errors.ts'
import { parseXml } from '../../languages/xml/parse-xml.ts'
import { attributeNode, stringValue } from '../../languages/xml/xml-tree.ts'
import type { XmlNode } from '../../languages/xml/xml-tree.ts'
import { description, time } from './atom.ts'
import type { XmlPart } from './atom.ts'
import type { AuthorizationRule } from './authorization-rules.ts'
import type { Entity } from './entities.ts'
import { decodeProperties, encodeProperties } from './envelope.ts'
import { badRequest } from './errors.ts'
import type { PropertyValue } from './message.ts'
import type { EntityCounts } from './namespace.ts'
import { queueBody, subscriptionBody, topicBody } from './resource-bodies.ts'
import type { Rule } from './rule.ts'

type Kind = Entity['kind'] | 'rule'

const rootNames = {
  queue: 'QueueDescription',
  topic: 'TopicDescription',
  subscription: 'SubscriptionDescription',
  rule: 'RuleDescription',
} as const

/** What a request describes. */
export interface Described {
  readonly kind: Kind
  /** As the resource type has them. */
  readonly properties: JsonObject
  readonly authorizationRules: readonly JsonObject[]
  /** Of a new subscription: the rule it begins with, instead of one that lets everything through. */
  readonly defaultRule?: { readonly name: string; readonly properties: JsonObject } | undefined
}

/** Reads the entry of a PUT; a property that is not known is refused where the entity is defined. */
export function parseEntry(text: string): Described {
  const root = parsed(text)
  const content = childNamed(root, 'content')
  const element = content?.children.find(({ kind }) => kind === 'element')
  const kind = kinds.find((each) => rootNames[each] === element?.name.local)
  if (!element || !kind) {
    throw badRequest('SubCode=40000. The body must be an Atom entry that describes an entity.')
  }
  if (kind === 'rule') {
    return { kind, properties: ruleProperties(element), authorizationRules: [] }
  }
  const defaultRule = childNamed(element, 'DefaultRuleDescription')
  return {
    kind,
    properties: entityProperties(element),
    authorizationRules: elements(childNamed(element, 'AuthorizationRules')).map(authorizationRule),
    ...(defaultRule
      ? {
          defaultRule: {
            name: childText(defaultRule, 'Name') ?? '$Default',
            properties: ruleProperties(defaultRule),
          },
        }
      : {}),
  }
}

export function describeEntity(
  entity: Entity,
  state: { readonly counts: EntityCounts; readonly rules: readonly AuthorizationRule[] },
): XmlPart {
  return description(rootNames[entity.kind], entityParts(entity, state))
}

export function describeRule(rule: Rule): XmlPart {
  const { properties, createdMs } = rule.definition
  return description('RuleDescription', [
    filterPart(properties),
    actionPart(properties),
    { name: 'CreatedAt', content: time(createdMs) },
    { name: 'Name', content: rule.name },
  ])
}

const kinds = ['queue', 'topic', 'subscription', 'rule'] as const

/** The order is that of the data contract: .NET's reader skips what comes out of order. */
const orders: Readonly<Record<Entity['kind'], readonly string[]>> = {
  queue:
    'LockDuration MaxSizeInMegabytes RequiresDuplicateDetection RequiresSession DefaultMessageTimeToLive DeadLetteringOnMessageExpiration DuplicateDetectionHistoryTimeWindow MaxDeliveryCount EnableBatchedOperations SizeInBytes MessageCount IsAnonymousAccessible AuthorizationRules Status ForwardTo UserMetadata CreatedAt UpdatedAt AccessedAt SupportOrdering CountDetails AutoDeleteOnIdle EnablePartitioning ForwardDeadLetteredMessagesTo EntityAvailabilityStatus EnableExpress MaxMessageSizeInKilobytes'.split(
      ' ',
    ),
  topic:
    'DefaultMessageTimeToLive MaxSizeInMegabytes RequiresDuplicateDetection DuplicateDetectionHistoryTimeWindow EnableBatchedOperations SizeInBytes FilteringMessagesBeforePublishing IsAnonymousAccessible AuthorizationRules Status UserMetadata CreatedAt UpdatedAt AccessedAt SupportOrdering CountDetails SubscriptionCount AutoDeleteOnIdle EnablePartitioning EntityAvailabilityStatus EnableSubscriptionPartitioning EnableExpress MaxMessageSizeInKilobytes'.split(
      ' ',
    ),
  subscription:
    'LockDuration RequiresSession DefaultMessageTimeToLive DeadLetteringOnMessageExpiration DeadLetteringOnFilterEvaluationExceptions MessageCount MaxDeliveryCount EnableBatchedOperations Status ForwardTo UserMetadata CreatedAt UpdatedAt AccessedAt CountDetails AutoDeleteOnIdle ForwardDeadLetteredMessagesTo EntityAvailabilityStatus'.split(
      ' ',
    ),
}

function entityParts(
  entity: Entity,
  state: { readonly counts: EntityCounts; readonly rules: readonly AuthorizationRule[] },
): readonly XmlPart[] {
  const { counts, rules } = state
  const values: JsonObject = {
    ...bodyOf(entity),
    ...fixed,
    userMetadata: entity.definition.properties['userMetadata'] ?? '',
  }
  const total =
    counts.activeMessageCount + counts.deadLetterMessageCount + counts.scheduledMessageCount
  values['sizeInBytes'] = counts.sizeInBytes
  values['messageCount'] = total
  values['accessedAt'] = time(entity.definition.updatedMs)
  return orders[entity.kind].flatMap((name): XmlPart[] => {
    if (name === 'CountDetails') return [countPart(counts)]
    if (name === 'AuthorizationRules') return [{ name, content: rules.map(authorizationPart) }]
    const value = values[camelCase(name)]
    const isText = typeof value === 'string' || typeof value === 'number'
    if (typeof value === 'boolean') return [{ name, content: String(value) }]
    return isText && value !== '' ? [{ name, content: String(value) }] : []
  })
}

const fixed: JsonObject = {
  isAnonymousAccessible: false,
  filteringMessagesBeforePublishing: false,
  enableSubscriptionPartitioning: false,
  supportOrdering: true,
  entityAvailabilityStatus: 'Available',
}

function bodyOf(entity: Entity): JsonObject {
  switch (entity.kind) {
    case 'queue':
      return queueBody(entity)
    case 'topic':
      return topicBody(entity)
    case 'subscription':
      return subscriptionBody(entity)
  }
}

function countPart(counts: EntityCounts): XmlPart {
  const names = [
    ['ActiveMessageCount', counts.activeMessageCount],
    ['DeadLetterMessageCount', counts.deadLetterMessageCount],
    ['ScheduledMessageCount', counts.scheduledMessageCount],
    ['TransferDeadLetterMessageCount', counts.transferDeadLetterMessageCount],
    ['TransferMessageCount', counts.transferMessageCount],
  ] as const
  return {
    name: 'CountDetails',
    attributes: { 'xmlns:d2p1': 'http://schemas.microsoft.com/netservices/2011/06/servicebus' },
    content: names.map(([name, count]) => ({ name: `d2p1:${name}`, content: String(count) })),
  }
}

function authorizationPart(rule: AuthorizationRule): XmlPart {
  return {
    name: 'AuthorizationRule',
    attributes: { 'i:type': 'SharedAccessAuthorizationRule' },
    content: [
      { name: 'ClaimType', content: 'SharedAccessKey' },
      { name: 'ClaimValue', content: 'None' },
      {
        name: 'Rights',
        content: rule.rights.map((right) => ({ name: 'AccessRights', content: right })),
      },
      { name: 'KeyName', content: rule.name },
      { name: 'PrimaryKey', content: rule.primaryKey },
      { name: 'SecondaryKey', content: rule.secondaryKey },
    ],
  }
}

function entityProperties(element: XmlNode): JsonObject {
  const properties: JsonObject = {}
  for (const child of elements(element)) {
    const name = camelCase(child.name.local)
    if (!ignored.has(name)) properties[name] = toValue(name, stringValue(child).trim())
  }
  return properties
}

/** What is read back by an update but nobody can set. */
const ignored = new Set([
  'authorizationRules',
  'defaultRuleDescription',
  'entityAvailabilityStatus',
  'isAnonymousAccessible',
  'filteringMessagesBeforePublishing',
  'enableSubscriptionPartitioning',
  'sizeInBytes',
  'messageCount',
  'subscriptionCount',
  'countDetails',
  'createdAt',
  'updatedAt',
  'accessedAt',
])

const numbers = new Set(['maxSizeInMegabytes', 'maxDeliveryCount', 'maxMessageSizeInKilobytes'])

function toValue(name: string, text: string): JsonValue {
  if (text === 'true' || text === 'false') return text === 'true'
  return numbers.has(name) && /^\d+$/.test(text) ? Number(text) : text
}

function authorizationRule(element: XmlNode): JsonObject {
  const rights = elements(childNamed(element, 'Rights')).map((right) => stringValue(right).trim())
  return {
    name: childText(element, 'KeyName') ?? '',
    rights,
    primaryKey: childText(element, 'PrimaryKey') ?? '',
    secondaryKey: childText(element, 'SecondaryKey') ?? '',
  }
}

const correlationNames = [
  ['CorrelationId', 'correlationId'],
  ['MessageId', 'messageId'],
  ['To', 'to'],
  ['ReplyTo', 'replyTo'],
  ['Label', 'label'],
  ['SessionId', 'sessionId'],
  ['ReplyToSessionId', 'replyToSessionId'],
  ['ContentType', 'contentType'],
] as const

function ruleProperties(element: XmlNode): JsonObject {
  const filter = childNamed(element, 'Filter')
  const action = childNamed(element, 'Action')
  const expression = action && childText(action, 'SqlExpression')
  return {
    ...(filter ? filterProperties(filter) : {}),
    ...(action && expression !== undefined
      ? { action: { sqlExpression: expression, ...parametersOf(action) } }
      : {}),
  }
}

function filterProperties(filter: XmlNode): JsonObject {
  const type = typeOf(filter) ?? ''
  switch (type) {
    case 'TrueFilter':
      return { filterType: 'SqlFilter', sqlFilter: { sqlExpression: '1=1' } }
    case 'FalseFilter':
      return { filterType: 'SqlFilter', sqlFilter: { sqlExpression: '1=0' } }
    case 'CorrelationFilter':
      return { filterType: 'CorrelationFilter', correlationFilter: correlationProperties(filter) }
    case 'SqlFilter':
      return {
        filterType: 'SqlFilter',
        sqlFilter: {
          sqlExpression: childText(filter, 'SqlExpression') ?? '1=1',
          ...parametersOf(filter),
        },
      }
    default:
      throw badRequest(`SubCode=40000. The filter type '${type}' is not supported.`)
  }
}

function correlationProperties(filter: XmlNode): JsonObject {
  const properties: JsonObject = {}
  for (const [xmlName, name] of correlationNames) {
    const value = childText(filter, xmlName)
    if (value !== undefined) properties[name] = value
  }
  const custom = pairsOf(childNamed(filter, 'Properties'))
  return Object.keys(custom).length === 0
    ? properties
    : { ...properties, properties: encodeProperties(custom) }
}

function parametersOf(element: XmlNode): JsonObject {
  const parameters = pairsOf(childNamed(element, 'Parameters'))
  return Object.keys(parameters).length === 0 ? {} : { parameters: encodeProperties(parameters) }
}

function pairsOf(element: XmlNode | undefined): Record<string, PropertyValue> {
  const pairs: Record<string, PropertyValue> = {}
  for (const pair of elements(element)) {
    const value = childNamed(pair, 'Value')
    if (value) pairs[childText(pair, 'Key') ?? ''] = pairValue(value)
  }
  return pairs
}

function pairValue(element: XmlNode): PropertyValue {
  const text = stringValue(element)
  const type = typeOf(element)
  switch (type) {
    case 'int':
    case 'double':
    case 'decimal':
      return Number(text)
    case 'long':
      return BigInt(/^-?\d+$/.test(text) ? text : 0)
    case 'boolean':
      return text === 'true'
    case 'dateTime':
      return new Date(text)
    case 'string':
    case 'guid':
    case undefined:
      return text
    default:
      throw badRequest(`SubCode=40000. The type '${type}' of a value is not supported.`)
  }
}

function filterPart(properties: JsonObject): XmlPart {
  const correlation = properties['correlationFilter']
  if (isJsonObject(correlation)) {
    const texts = correlationNames.flatMap(([xmlName, name]): XmlPart[] => {
      const value = stringMember(correlation, name)
      return value === undefined ? [] : [{ name: xmlName, content: value }]
    })
    const custom = pairParts('Properties', objectMember(correlation, 'properties'))
    return {
      name: 'Filter',
      attributes: { 'i:type': 'CorrelationFilter' },
      content: [...texts, custom],
    }
  }
  const filter = objectMember(properties, 'sqlFilter')
  const expression = stringMember(filter, 'sqlExpression') ?? '1=1'
  const plain = expression.replaceAll(' ', '')
  const type = plain === '1=1' ? 'TrueFilter' : plain === '1=0' ? 'FalseFilter' : 'SqlFilter'
  return { name: 'Filter', attributes: { 'i:type': type }, content: sqlParts(filter, expression) }
}

function actionPart(properties: JsonObject): XmlPart {
  const action = objectMember(properties, 'action')
  const expression = stringMember(action, 'sqlExpression')
  if (expression === undefined) {
    return { name: 'Action', attributes: { 'i:type': 'EmptyRuleAction' }, content: '' }
  }
  const content = sqlParts(action, expression)
  return { name: 'Action', attributes: { 'i:type': 'SqlRuleAction' }, content }
}

function sqlParts(expression: JsonObject, text: string): readonly XmlPart[] {
  return [
    { name: 'SqlExpression', content: text },
    { name: 'CompatibilityLevel', content: '20' },
    pairParts('Parameters', objectMember(expression, 'parameters')),
  ]
}

function pairParts(name: string, stored: JsonObject): XmlPart {
  const pairs = Object.entries(decodeProperties(stored)).map(([key, value]): XmlPart => {
    const { type, text } = typedText(value)
    const attributes = {
      'i:type': `d6p1:${type}`,
      'xmlns:d6p1': 'http://www.w3.org/2001/XMLSchema',
    }
    return {
      name: 'KeyValueOfstringanyType',
      content: [
        { name: 'Key', content: key },
        { name: 'Value', attributes, content: text },
      ],
    }
  })
  return { name, content: pairs }
}

function typedText(value: PropertyValue): { readonly type: string; readonly text: string } {
  if (value instanceof Date) return { type: 'dateTime', text: value.toISOString() }
  if (typeof value === 'boolean') return { type: 'boolean', text: String(value) }
  if (typeof value === 'bigint') return { type: 'long', text: String(value) }
  if (typeof value === 'number') {
    return { type: Number.isInteger(value) ? 'int' : 'double', text: String(value) }
  }
  return { type: 'string', text: value instanceof Uint8Array ? '' : (value ?? '') }
}

function parsed(text: string): XmlNode | undefined {
  try {
    return elements(parseXml(text))[0]
  } catch (error) {
    throw badRequest(`SubCode=40000. The body is not XML: ${messageOf(error)}`)
  }
}

function typeOf(element: XmlNode): string | undefined {
  const uri = 'http://www.w3.org/2001/XMLSchema-instance'
  return attributeNode(element, 'type', uri)?.value.split(':').at(-1)
}

function elements(element: XmlNode | undefined): readonly XmlNode[] {
  return element?.children.filter(({ kind }) => kind === 'element') ?? []
}

function childNamed(element: XmlNode | undefined, name: string): XmlNode | undefined {
  return elements(element).find((child) => child.name.local === name)
}

function childText(element: XmlNode, name: string): string | undefined {
  const child = childNamed(element, name)
  return child && stringValue(child)
}

function camelCase(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1)
}
