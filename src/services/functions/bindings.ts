import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { parseSchedule } from '../../languages/ncrontab/schedule.ts'
import type { AppSettings } from './app-settings.ts'
import { compileBindingExpression } from './binding-expressions.ts'

type BindingDirection = 'trigger' | 'in' | 'out'

/** What one property of a binding may be; an `inert` one is accepted and told to have no effect here. */
interface PropertyRule {
  readonly kind: 'text' | 'expression' | 'schedule' | 'boolean' | 'integer' | 'texts' | 'word'
  readonly required?: boolean
  /** Of `word`: what it may be, without case. */
  readonly words?: readonly string[]
  /** Of `integer`. */
  readonly min?: number
  readonly inert?: boolean
  /** Why a value of it is refused. */
  readonly refuse?: (value: JsonValue) => string | undefined
}

/** A binding type of the library: its directions, and its properties where it is supported. */
interface BindingType {
  readonly type: string
  readonly directions: readonly BindingDirection[]
  /** Absent: known, and refused by name when an app is loaded. */
  readonly properties?: Readonly<Record<string, PropertyRule>>
  /** What must hold between properties; gives what is wrong. */
  readonly check?: (binding: JsonObject) => string | undefined
}

/** A binding that an app declares wrongly, or that is not supported; the message names where and what. */
export class BindingError extends Error {
  override readonly name = 'BindingError'

  constructor(functionName: string, message: string, options: { cause?: unknown } = {}) {
    super(`The '${functionName}' function is in error: ${message}`, options)
  }
}

/** The bindings of one function with `%NAME%` replaced and values of the right type. */
export interface CheckedBindings {
  readonly trigger: JsonObject
  readonly inputs: readonly JsonObject[]
  readonly outputs: readonly JsonObject[]
  /** What has no effect here, one sentence each. */
  readonly warnings: readonly string[]
}

const text: PropertyRule = { kind: 'text' }
const requiredText: PropertyRule = { kind: 'text', required: true }
const expression: PropertyRule = { kind: 'expression' }
const requiredExpression: PropertyRule = { kind: 'expression', required: true }
const boolean: PropertyRule = { kind: 'boolean' }
const positive: PropertyRule = { kind: 'integer', min: 1 }
const inertText: PropertyRule = { kind: 'text', inert: true }
const inertPositive: PropertyRule = { kind: 'integer', min: 1, inert: true }

const sdkBinding: PropertyRule = {
  kind: 'boolean',
  refuse: (value) => (value === true ? 'SDK bindings are not supported' : undefined),
}

const oldCosmosNames: Record<string, PropertyRule> = {
  collectionName: refused('containerName'),
  connectionStringSetting: refused('connection'),
  leaseCollectionName: refused('leaseContainerName'),
  createLeaseCollectionIfNotExists: refused('createLeaseContainerIfNotExists'),
}

/** https://learn.microsoft.com/azure/azure-functions/functions-triggers-bindings#supported-bindings */
export const bindingTypes: readonly BindingType[] = [
  {
    type: 'httpTrigger',
    directions: ['trigger'],
    properties: {
      authLevel: { kind: 'word', words: ['anonymous', 'function', 'admin'] },
      methods: { kind: 'texts' },
      route: text,
    },
  },
  { type: 'http', directions: ['out'], properties: {} },
  {
    type: 'timerTrigger',
    directions: ['trigger'],
    properties: {
      schedule: { kind: 'schedule', required: true },
      runOnStartup: boolean,
      useMonitor: boolean,
    },
  },
  { type: 'warmupTrigger', directions: ['trigger'], properties: {} },
  {
    type: 'cosmosDBTrigger',
    directions: ['trigger'],
    properties: {
      connection: text,
      databaseName: requiredText,
      containerName: requiredText,
      leaseConnection: text,
      leaseDatabaseName: text,
      leaseContainerName: text,
      createLeaseContainerIfNotExists: boolean,
      leasesContainerThroughput: inertPositive,
      leaseContainerPrefix: text,
      feedPollDelay: { kind: 'integer', min: 0 },
      leaseAcquireInterval: positive,
      leaseExpirationInterval: positive,
      leaseRenewInterval: positive,
      maxItemsPerInvocation: positive,
      startFromBeginning: boolean,
      startFromTime: {
        kind: 'text',
        refuse: (value) =>
          value !== '' && Number.isNaN(Date.parse(plain(value)))
            ? `expected a time such as 2026-01-31T00:00:00Z, found '${plain(value)}'`
            : undefined,
      },
      changeFeedMode: {
        kind: 'word',
        words: ['LatestVersion', 'AllVersionsAndDeletes'],
        refuse: (value) =>
          value === 'LatestVersion' ? undefined : `the mode '${plain(value)}' is not supported`,
      },
      preferredLocations: inertText,
      ...oldCosmosNames,
    },
    check: (binding) =>
      binding['startFromBeginning'] === true && binding['startFromTime']
        ? 'expected only one of startFromBeginning and startFromTime'
        : undefined,
  },
  {
    type: 'cosmosDB',
    directions: ['in', 'out'],
    properties: {
      connection: text,
      databaseName: requiredExpression,
      containerName: requiredExpression,
      id: expression,
      partitionKey: expression,
      sqlQuery: expression,
      parameters: { kind: 'texts' },
      sqlQueryParameters: { kind: 'texts' },
      createIfNotExists: boolean,
      containerThroughput: inertPositive,
      preferredLocations: inertText,
      ...oldCosmosNames,
    },
    check: (binding) =>
      binding['id'] && binding['sqlQuery'] ? 'expected only one of id and sqlQuery' : undefined,
  },
  {
    type: 'serviceBusTrigger',
    directions: ['trigger'],
    properties: {
      connection: text,
      queueName: text,
      topicName: text,
      subscriptionName: text,
      isSessionsEnabled: boolean,
      autoCompleteMessages: boolean,
      cardinality: { kind: 'word', words: ['one', 'many'] },
      sdkBinding,
      accessRights: inertText,
    },
    check: checkServiceBusTrigger,
  },
  {
    type: 'serviceBus',
    directions: ['out'],
    properties: {
      connection: text,
      queueName: expression,
      topicName: expression,
      accessRights: inertText,
    },
    check: checkServiceBusOutput,
  },
  ...unsupported('trigger', [
    'blobTrigger',
    'queueTrigger',
    'eventHubTrigger',
    'eventGridTrigger',
    'sqlTrigger',
    'mysqlTrigger',
    'webPubSubTrigger',
    'mcpToolTrigger',
    'mcpResourceTrigger',
    'mcpPromptTrigger',
    'connectorTrigger',
    'orchestrationTrigger',
    'activityTrigger',
    'entityTrigger',
    'kafkaTrigger',
    'rabbitMQTrigger',
    'signalRTrigger',
  ]),
  ...unsupported('in', [
    'blob',
    'table',
    'sql',
    'mysql',
    'webPubSubConnection',
    'webPubSubContext',
  ]),
  ...unsupported('in', ['durableClient', 'signalRConnectionInfo']),
  ...unsupported('out', ['queue', 'eventHub', 'eventGrid', 'webPubSub', 'sendGrid', 'twilioSms']),
  ...unsupported('out', ['kafka', 'rabbitMQ', 'signalR']),
]

/** Whose bindings are checked, and with what. */
export interface BindingPlace {
  readonly functionName: string
  readonly settings: AppSettings
  readonly clock: Clock
}

/** Checks what a function declares, before anything of it runs; a fault is a `BindingError`. */
export function checkBindings(
  bindings: readonly JsonObject[],
  place: BindingPlace,
): CheckedBindings {
  const { functionName } = place
  const groups: Record<BindingDirection, JsonObject[]> = { trigger: [], in: [], out: [] }
  const warnings: string[] = []
  const names = new Set<string>()
  for (const declared of bindings) {
    const check = new BindingCheck(declared, place)
    const { direction, binding } = check.run()
    const name = plain(binding['name'] ?? '')
    if (names.has(name)) {
      throw new BindingError(
        functionName,
        `Multiple bindings with name '${name}' discovered. Binding names must be unique.`,
      )
    }
    names.add(name)
    groups[direction].push(binding)
    warnings.push(...check.warnings)
  }
  const [trigger, second] = groups.trigger
  if (!trigger || second) {
    const fault = trigger
      ? 'Multiple trigger bindings defined. A function can only have a single trigger binding.'
      : 'No trigger binding specified. A function must have a trigger input binding.'
    throw new BindingError(functionName, fault)
  }
  return { trigger, inputs: groups.in, outputs: groups.out, warnings }
}

class BindingCheck {
  readonly warnings: string[] = []
  readonly #declared: JsonObject
  readonly #place: BindingPlace

  constructor(declared: JsonObject, place: BindingPlace) {
    this.#declared = declared
    this.#place = place
  }

  run(): { direction: BindingDirection; binding: JsonObject } {
    const type = this.#findType()
    const direction = this.#directionOf(type)
    if (!type.properties) this.#fail('bindings of this type are not supported')
    const rules = type.properties
    const binding: JsonObject = {}
    for (const [name, value] of Object.entries(this.#declared)) {
      const rule = findRule(rules, name)
      if (rule) binding[rule.name] = this.#readProperty(rule.name, value, rule.rule)
      else binding[name] = this.#keepProperty(name, value)
    }
    for (const [name, rule] of Object.entries(rules)) {
      const missing = binding[name] === undefined || binding[name] === null || binding[name] === ''
      if (rule.required && missing) this.#fail(`expected the property '${name}'`)
    }
    const wrong = type.check?.(binding)
    if (wrong !== undefined) this.#fail(wrong)
    return { direction, binding }
  }

  #findType(): BindingType {
    const { type, name } = this.#declared
    if (typeof name !== 'string' || name === '') this.#fail("expected the property 'name'")
    if (typeof type !== 'string' || type === '') this.#fail("expected the property 'type'")
    const found = bindingTypes.find((known) => known.type.toLowerCase() === type.toLowerCase())
    if (found) return found
    throw new BindingError(
      this.#place.functionName,
      `The binding type(s) '${type}' are not registered. Please ensure the type is correct and the binding extension is installed.`,
    )
  }

  #directionOf(type: BindingType): BindingDirection {
    const declared = plain(this.#declared['direction'] ?? 'in').toLowerCase()
    if (declared !== 'in' && declared !== 'out') {
      this.#fail(`expected in or out as its direction, found '${declared}'`)
    }
    const direction = /trigger$/i.test(type.type) ? 'trigger' : declared
    const fits = type.properties === undefined || type.directions.includes(direction)
    if (fits && (direction !== 'trigger' || declared === 'in')) return direction
    return this.#fail(`a binding of this type cannot have the direction '${declared}'`)
  }

  #readProperty(name: string, value: JsonValue, rule: PropertyRule): JsonValue {
    if (value === null) return null
    const resolved = this.#resolve(name, value)
    const read = this.#typed(name, resolved, rule)
    const refused = rule.refuse?.(read)
    if (refused !== undefined) this.#fail(`property '${name}': ${refused}`)
    if (rule.inert) this.warnings.push(this.#sentence(`the property '${name}' has no effect here`))
    return read
  }

  #keepProperty(name: string, value: JsonValue): JsonValue {
    if (!ownProperties.has(name)) {
      this.warnings.push(this.#sentence(`the unknown property '${name}' is ignored`))
    }
    if (name === 'dataType') this.#typed(name, value, dataTypeRule)
    return value
  }

  #resolve(name: string, value: JsonValue): JsonValue {
    if (Array.isArray(value)) return value.map((item) => this.#resolve(name, item))
    if (typeof value !== 'string') return value
    return this.#orFail(name, () => this.#place.settings.resolve(value))
  }

  #typed(name: string, value: JsonValue, rule: PropertyRule): JsonValue {
    const result = convert(value, rule)
    if (result === undefined) {
      this.#fail(
        `property '${name}': expected ${expectation(rule)}, found ${JSON.stringify(value)}`,
      )
    }
    if (rule.kind === 'schedule') this.#orFail(name, () => parseSchedule(plain(result)))
    if (rule.kind === 'expression') {
      this.#orFail(name, () => compileBindingExpression(plain(result), this.#place))
    }
    return result
  }

  #orFail<T>(name: string, read: () => T): T {
    try {
      return read()
    } catch (error) {
      return this.#fail(`property '${name}': ${messageOf(error)}`, error)
    }
  }

  #fail(message: string, cause?: unknown): never {
    const options = cause === undefined ? {} : { cause }
    throw new BindingError(this.#place.functionName, this.#sentence(message), options)
  }

  #sentence(message: string): string {
    const { name, type } = this.#declared
    return `binding '${plain(name ?? '')}' (${plain(type ?? 'no type')}): ${message}`
  }
}

/** Properties of every binding, set by the library. */
const ownProperties = new Set(['name', 'type', 'direction', 'dataType', 'properties'])

const dataTypeRule: PropertyRule = { kind: 'word', words: ['string', 'binary', 'stream'] }

function findRule(
  rules: Readonly<Record<string, PropertyRule>>,
  name: string,
): { name: string; rule: PropertyRule } | undefined {
  const entry = Object.entries(rules).find(([known]) => known.toLowerCase() === name.toLowerCase())
  return entry && { name: entry[0], rule: entry[1] }
}

/** Settings are text: a property that is a boolean or a number may come from one. */
function convert(value: JsonValue, rule: PropertyRule): JsonValue | undefined {
  switch (rule.kind) {
    case 'text':
    case 'expression':
    case 'schedule':
      return typeof value === 'string' ? value : undefined
    case 'word':
      return rule.words?.find((word) => word.toLowerCase() === plain(value).toLowerCase())
    case 'boolean': {
      const word = plain(value).toLowerCase()
      return word === 'true' || word === 'false' ? word === 'true' : undefined
    }
    case 'integer': {
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
      const fits = Number.isInteger(number) && Number(number) >= (rule.min ?? 0)
      return fits ? number : undefined
    }
    case 'texts': {
      const items = Array.isArray(value) ? value : [value]
      return items.every((item) => typeof item === 'string') ? value : undefined
    }
  }
}

function expectation(rule: PropertyRule): string {
  switch (rule.kind) {
    case 'text':
    case 'expression':
    case 'schedule':
      return 'text'
    case 'word':
      return `one of ${rule.words?.join(', ')}`
    case 'boolean':
      return 'true or false'
    case 'integer':
      return `a whole number of at least ${rule.min ?? 0}`
    case 'texts':
      return 'text or a list of texts'
  }
}

function checkServiceBusTrigger(binding: JsonObject): string | undefined {
  const { queueName, topicName, subscriptionName } = binding
  if (queueName && (topicName || subscriptionName)) {
    return 'expected either queueName, or topicName and subscriptionName'
  }
  if (queueName || (topicName && subscriptionName)) return undefined
  if (topicName) return "expected the property 'subscriptionName' beside topicName"
  return 'expected either queueName, or topicName and subscriptionName'
}

function checkServiceBusOutput(binding: JsonObject): string | undefined {
  const { queueName, topicName } = binding
  return Boolean(queueName) === Boolean(topicName)
    ? 'expected either queueName or topicName'
    : undefined
}

function refused(instead: string): PropertyRule {
  return {
    kind: 'text',
    refuse: () =>
      `is a name of version 3 of the Cosmos DB extension, expected '${instead}' of version 4`,
  }
}

function unsupported(direction: BindingDirection, types: readonly string[]): BindingType[] {
  return types.map((type) => ({ type, directions: [direction] }))
}

function plain(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
