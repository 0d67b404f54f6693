import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { parseSchedule } from '../../languages/ncrontab/schedule.ts'
import type { AppSettings } from './app-settings.ts'
import { compileBindingExpression } from './binding-expressions.ts'
import {
  bindingTypes,
  plain,
  type BindingDirection,
  type BindingType,
  type PropertyRule,
} from './binding-types.ts'

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
