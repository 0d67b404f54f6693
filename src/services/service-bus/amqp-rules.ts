/** Rules of a subscription as `$management` carries them. */
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject, objectMember, stringMember } from '../../base/json.ts'
import {
  Described,
  entry,
  exact,
  isMap,
  numberOf,
  textOf,
} from '../../protocols/amqp/amqp-value.ts'
import type { AmqpValue } from '../../protocols/amqp/amqp-value.ts'
import type { ManagementContext } from './amqp-management.ts'
import { toApplicationProperties } from './amqp-messages.ts'
import { decodeProperties, encodeProperties } from './envelope.ts'
import { argumentError } from './errors.ts'
import type { Rule } from './rule.ts'

/** Descriptors of https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-amqp-request-response#rule-operations */
const descriptors = {
  rule: 0x137_0000_0004n,
  sqlAction: 0x137_0000_0006n,
  emptyAction: 0x137_0000_0005n,
  sqlFilter: 0x13_7000_0006n,
  trueFilter: 0x13_7000_0007n,
  falseFilter: 0x13_7000_0008n,
  correlationFilter: 0x13_7000_0009n,
} as const

type Answer = ReadonlyMap<AmqpValue, AmqpValue> | 'nothing'

export async function addRule(
  context: ManagementContext,
  body: AmqpValue | undefined,
): Promise<Answer> {
  const name = ruleName(body)
  await context.namespace.createRule(
    context.path,
    name,
    toProperties(entry(body, 'rule-description')),
  )
  return new Map()
}

export async function removeRule(
  context: ManagementContext,
  body: AmqpValue | undefined,
): Promise<Answer> {
  const { namespace, path } = context
  const rule = namespace.rule(`${namespace.subscription(path).path}/rules/${ruleName(body)}`)
  await namespace.delete(rule.definition.path)
  return new Map()
}

export async function enumerateRules(
  context: ManagementContext,
  body: AmqpValue | undefined,
): Promise<Answer> {
  const skip = numberOf(entry(body, 'skip')) ?? 0
  const top = numberOf(entry(body, 'top')) ?? 100
  const { rules } = context.namespace.subscription(context.path)
  const page = [...rules.values()].slice(skip, skip + top)
  if (page.length === 0) return 'nothing'
  const described = page.map(
    (rule) => new Map<AmqpValue, AmqpValue>([['rule-description', describe(rule)]]),
  )
  return new Map([['rules', described]])
}

function ruleName(body: AmqpValue | undefined): string {
  const name = textOf(entry(body, 'rule-name'))
  if (name === undefined) throw argumentError("The string 'rule-name' is missing.")
  return name
}

function toProperties(description: AmqpValue | undefined): JsonObject {
  const sql = entry(description, 'sql-filter')
  const correlation = entry(description, 'correlation-filter')
  const action = textOf(entry(entry(description, 'sql-rule-action'), 'expression'))
  if (!isMap(sql) && !isMap(correlation)) {
    throw argumentError("The map 'rule-description' has neither sql-filter nor correlation-filter.")
  }
  return {
    ...(isMap(correlation)
      ? { filterType: 'CorrelationFilter', correlationFilter: toCorrelation(correlation) }
      : {
          filterType: 'SqlFilter',
          sqlFilter: { sqlExpression: textOf(entry(sql, 'expression')) ?? '1=1' },
        }),
    ...(action === undefined ? {} : { action: { sqlExpression: action } }),
  }
}

const correlationNames = [
  ['correlation-id', 'correlationId'],
  ['message-id', 'messageId'],
  ['to', 'to'],
  ['reply-to', 'replyTo'],
  ['label', 'label'],
  ['session-id', 'sessionId'],
  ['reply-to-session-id', 'replyToSessionId'],
  ['content-type', 'contentType'],
] as const

function toCorrelation(filter: ReadonlyMap<AmqpValue, AmqpValue>): JsonObject {
  const properties: JsonObject = {}
  for (const [wireName, name] of correlationNames) {
    const value = textOf(filter.get(wireName))
    if (value !== undefined) properties[name] = value
  }
  const given = filter.get('properties')
  const custom = isMap(given) ? toApplicationProperties(given) : undefined
  return custom ? { ...properties, properties: encodeProperties(custom) } : properties
}

function describe(rule: Rule): AmqpValue {
  const { properties, createdMs } = rule.definition
  return described(descriptors.rule, [
    describeFilter(properties),
    describeAction(properties),
    rule.name,
    new Date(createdMs),
  ])
}

function describeFilter(properties: JsonObject): AmqpValue {
  const correlation = properties['correlationFilter']
  if (isJsonObject(correlation)) {
    const custom = objectMember(correlation, 'properties')
    const texts = correlationNames.map(([, name]) => stringMember(correlation, name) ?? null)
    return described(descriptors.correlationFilter, [...texts, customMap(custom)])
  }
  const expression = stringMember(properties['sqlFilter'], 'sqlExpression') ?? '1=1'
  const plain = expression.replaceAll(' ', '')
  if (plain === '1=1') return described(descriptors.trueFilter, [])
  if (plain === '1=0') return described(descriptors.falseFilter, [])
  return described(descriptors.sqlFilter, [expression, 20])
}

function describeAction(properties: JsonObject): AmqpValue {
  const expression = stringMember(properties['action'], 'sqlExpression')
  if (expression === undefined) return described(descriptors.emptyAction, [])
  return described(descriptors.sqlAction, [expression, 20])
}

function customMap(custom: JsonObject): AmqpValue {
  if (Object.keys(custom).length === 0) return null
  return new Map<AmqpValue, AmqpValue>(Object.entries(decodeProperties(custom)))
}

function described(descriptor: bigint, fields: readonly AmqpValue[]): Described {
  return new Described(exact('ulong', descriptor), fields)
}
