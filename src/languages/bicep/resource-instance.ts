import { SourceError, type SourcePosition } from '../../base/errors.ts'
import { type JsonObject, isJsonObject, objectMember } from '../../base/json.ts'
import { evaluate, evaluateObject, isTrue } from './evaluator.ts'
import { type Frame, ValuePending } from './frame.ts'
import { actionQuestion } from './functions/resources.ts'
import { scopeIdOf } from './functions/scopes.ts'
import { graphKeys, graphResourceId, isGraphType } from './graph-resource.ts'
import { parseResourceId, resourceId, scopeId } from './scope.ts'
import type { Expression, ObjectLiteral, ResourceDeclaration } from './syntax.ts'
import {
  type ObjectValue,
  Reference,
  type ReferenceTarget,
  type Value,
  isObjectValue,
  objectOf,
  toJsonObject,
} from './values.ts'

/** One resource that a declaration makes: the only one, or the one of an item of its loop. */
export class ResourceInstance implements ReferenceTarget {
  readonly declaration: ResourceDeclaration
  readonly index: number
  readonly #frame: Frame
  readonly #within: ResourceInstance | undefined
  #id: string | undefined

  constructor(options: {
    declaration: ResourceDeclaration
    frame: Frame
    index: number
    within?: ResourceInstance | undefined
  }) {
    this.declaration = options.declaration
    this.#frame = options.frame
    this.index = options.index
    this.#within = options.within
  }

  /** Its condition, and that of the resource it is written in. */
  exists(): boolean {
    if (this.#within?.exists() === false) return false
    const { condition } = this.declaration
    return condition === undefined || isTrue(condition, this.#frame)
  }

  id(): string {
    this.#id ??= this.#makeId()
    return this.#id
  }

  /** One name for each segment of its type. */
  names(): readonly string[] {
    return parseResourceId(this.id())?.names ?? []
  }

  /** Its names with slashes between. */
  fullName(): string {
    return this.names().join('/')
  }

  /** The type without its case or its form changed, as the id spells it. */
  type(): string {
    const { type } = this.declaration
    return this.#isOfGraph() ? type : (parseResourceId(this.id())?.type ?? type)
  }

  /** What the template says of the resource. */
  body(): JsonObject {
    const members = evaluateObject(this.declaration.body, this.#frame, notInBody)
    const { at } = this.declaration
    const entries = Object.entries(toJsonObject(members, at)).filter(([, value]) => value !== null)
    const given = Object.fromEntries(entries)
    if (this.#isOfGraph()) return { properties: given }
    return { name: this.#nameMember(), ...given }
  }

  /** What the template says that it depends on, as text: only ARM templates have it. */
  dependsOn(): readonly string[] {
    const member = findMember(this.declaration.body, 'dependsOn')
    if (!member || this.declaration.style === 'bicep') return []
    const value = evaluate(member, this.#frame)
    const list = Array.isArray(value) ? value : [value]
    return list.filter((each) => typeof each === 'string')
  }

  member(name: string, at: SourcePosition): Value | undefined {
    if (this.#isOfGraph()) return this.#key(name) ?? this.#memberRead(name, at)
    switch (name) {
      case 'id':
        return this.id()
      case 'name':
        return this.#nameMember()
      case 'type':
        return this.declaration.type
      case 'apiVersion':
        return this.declaration.apiVersion
      default:
        return this.#memberRead(name, at)
    }
  }

  #memberRead(name: string, at: SourcePosition): Value | undefined {
    const whole = this.whole(at)
    return isObjectValue(whole) ? whole[name] : undefined
  }

  whole(at: SourcePosition): ObjectValue {
    if (!this.exists()) {
      const message = `The resource "${this.declaration.name}" is not deployed: its condition is false.`
      throw new SourceError('ResourceNotFound', message, at)
    }
    const question = { kind: 'resource', id: this.id(), at } as const
    const answer = this.#frame.names.context.answer(question)
    if (answer === undefined) throw new ValuePending(question)
    const read = isJsonObject(answer) ? answer : {}
    const body = this.#isOfGraph() ? objectMember(read, 'properties') : read
    return objectOf(Object.entries(body))
  }

  call(name: string, operands: readonly Value[], at: SourcePosition): Value {
    const [first, second] = operands
    const given = isObjectValue(second) ? second : isObjectValue(first) ? first : undefined
    const body = name === 'getSecret' ? secretBody(operands) : given ? toJsonObject(given, at) : {}
    const question = actionQuestion(this.id(), { action: name, body, at })
    const answer = this.#frame.names.context.answer(question)
    if (answer === undefined) throw new ValuePending(question)
    return answer
  }

  nested(name: string): Value | undefined {
    const found = this.declaration.nested.find((each) => each.name === name)
    return found && this.#frame.names.symbol(name, found.at, found)
  }

  #nameMember(): string {
    const expression = findMember(this.declaration.body, 'name')
    const value = expression ? evaluate(expression, this.#frame) : undefined
    if (typeof value === 'string' && value !== '') return value
    const message =
      'The specified "resource" declaration is missing the following required properties: "name".'
    throw new SourceError('BCP035', message, this.declaration.at)
  }

  #isOfGraph(): boolean {
    return isGraphType(this.declaration.type)
  }

  /** A member that tells which resource of Microsoft Graph is meant, and is known without asking. */
  #key(name: string): string | undefined {
    if (!graphKeys(this.declaration.type).includes(name)) return undefined
    const expression = findMember(this.declaration.body, name)
    const value = expression ? evaluate(expression, this.#frame) : undefined
    if (typeof value === 'string' && value !== '') return value
    const message = `The specified "resource" declaration is missing the following required properties: "${name}".`
    throw new SourceError('BCP035', message, this.declaration.at)
  }

  #makeId(): string {
    const { type } = this.declaration
    if (this.#isOfGraph()) {
      return graphResourceId(
        type,
        graphKeys(type).map((name) => this.#key(name) ?? ''),
      )
    }
    const name = this.#nameMember()
    const parent = this.#within ?? this.#parent()
    if (parent) {
      return `${parent.id()}/${type.slice(type.lastIndexOf('/') + 1)}/${name}`
    }
    const names = name.split('/')
    const scope = this.#scope()
    if (/\/providers\//i.test(type)) return extensionId(scope, type, names)
    const expected = type.split('/').length - 1
    if (names.length !== expected) {
      const message = `Expected the resource name "${name}" to have ${expected} segments, as its type "${type}" has.`
      throw new SourceError('BCP169', message, this.declaration.at)
    }
    return resourceId(scope, type, names)
  }

  #parent(): ResourceInstance | undefined {
    const expression = findMember(this.declaration.body, 'parent')
    if (!expression) return undefined
    const value = evaluate(expression, this.#frame)
    if (value instanceof Reference && value.target instanceof ResourceInstance) return value.target
    throw new SourceError('BCP036', 'The property "parent" expected a resource.', expression.at)
  }

  #scope(): string {
    const own = scopeId(this.#frame.names.scope)
    const expression = findMember(this.declaration.body, 'scope')
    if (!expression) return own
    const scope = scopeIdOf(evaluate(expression, this.#frame), expression.at)
    if (scope === undefined) {
      throw new SourceError('BCP036', 'The property "scope" expected a scope.', expression.at)
    }
    return scope === '' || scope.startsWith('/') ? scope : `${own}/providers/${scope}`
  }
}

function secretBody([name, version]: readonly Value[]): JsonObject {
  return {
    ...(typeof name === 'string' ? { secretName: name } : {}),
    ...(typeof version === 'string' ? { secretVersion: version } : {}),
  }
}

const notInBody = new Set(['name', 'parent', 'scope', 'dependsOn'])

/** The value of a member that is written with a plain name. */
export function findMember(literal: ObjectLiteral, name: string): Expression | undefined {
  for (const member of literal.members) {
    if (member.kind !== 'member' || member.name.kind !== 'literal') continue
    if (member.name.value === name) return member.value
  }
  return undefined
}

// `Microsoft.Storage/storageAccounts/providers/roleAssignments` named `account/Microsoft.Authorization/name`.
function extensionId(scope: string, type: string, names: readonly string[]): string {
  const [holder = '', extension = ''] = type.split(/\/providers\//i)
  const count = holder.split('/').length - 1
  const namespace = names[count] ?? ''
  const inner = resourceId(scope, holder, names.slice(0, count))
  return resourceId(inner, `${namespace}/${extension}`, names.slice(count + 1))
}
