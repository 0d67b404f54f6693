import { SourceError } from '../../base/errors.ts'
import type { Decorator, Expression, ObjectTypeSyntax, Template, TypeSyntax } from './syntax.ts'
import { type ObjectValue, Reference, type Value, isObjectValue, typeName } from './values.ts'

/** What checking a value against a type needs to know. */
export interface TypeContext {
  /** The file that the type is written in: its names are looked up there. */
  readonly template: Template
  /** Evaluates the operand of a decorator. */
  readonly constant: (expression: Expression) => Value
}

/**
 * Says what is wrong with a value, or `undefined` when it is of the type.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/data-types
 */
export function findMismatch(
  value: Value,
  type: TypeSyntax,
  context: TypeContext,
): string | undefined {
  switch (type.kind) {
    case 'unchecked':
      return undefined
    case 'nullable':
      return value === null ? undefined : findMismatch(value, type.type, context)
    case 'literal':
      return value === type.value ? undefined : expected(JSON.stringify(type.value), value)
    case 'union':
      return unionMismatch(value, type.members, context)
    case 'array':
      return arrayMismatch(value, type.item, context)
    case 'tuple':
      return tupleMismatch(value, type.items, context)
    case 'object':
      return objectMismatch(value, type, context)
    case 'named':
    case 'member': {
      const found = resolveType(type, context)
      return found && namedMismatch(value, found)
    }
  }
}

/** Says which constraint of a decorator a value breaks. */
export function findBrokenConstraint(
  value: Value,
  decorators: readonly Decorator[],
  context: TypeContext,
): string | undefined {
  if (value === null) return undefined
  for (const decorator of decorators) {
    const [operand] = decorator.operands
    const limit = operand && context.constant(operand)
    const broken = limit === undefined ? undefined : brokenBy(decorator.name, value, limit)
    if (broken !== undefined) return broken
  }
  return undefined
}

/** The names that the language itself gives to types. */
const builtInTypes: ReadonlySet<string> = new Set([
  'string',
  'int',
  'bool',
  'object',
  'array',
  'any',
  'securestring',
  'secureobject',
])

interface ResolvedType {
  readonly builtIn?: string
  readonly type?: TypeSyntax
  readonly decorators: readonly Decorator[]
  readonly context: TypeContext
}

/** Finds what a name of a type stands for, in the file or in one that it imports. */
export function resolveType(type: TypeSyntax, context: TypeContext): ResolvedType | undefined {
  if (type.kind === 'named') return resolveName(type.name, context) ?? unknownType(type)
  if (type.kind !== 'member') return { type, decorators: [], context }
  const { template } = context
  if (type.type.kind === 'named') {
    const namespace = type.type.name
    if (namespace === 'sys') return { builtIn: type.name, decorators: [], context }
    const imported = template.imports.find((each) => each.wildcard === namespace)?.template
    if (imported) return resolveName(type.name, { ...context, template: imported })
  }
  const outer = resolveType(type.type, context)
  return outer?.type && memberType(outer.type, type.name, outer.context)
}

function resolveName(name: string, context: TypeContext): ResolvedType | undefined {
  const declared = context.template.types.find((each) => each.name === name)
  if (declared) return { type: declared.type, decorators: declared.decorators, context }
  for (const each of context.template.imports) {
    const taken = each.names.find((imported) => imported.as === name)
    if (taken && each.template)
      return resolveName(taken.name, { ...context, template: each.template })
  }
  if (builtInTypes.has(name.toLowerCase())) {
    return { builtIn: name.toLowerCase(), decorators: [], context }
  }
  return undefined
}

function unknownType(type: Extract<TypeSyntax, { kind: 'named' }>): never {
  throw new SourceError('BCP302', `The name "${type.name}" is not a valid type.`, type.at)
}

function memberType(
  type: TypeSyntax,
  name: string,
  context: TypeContext,
): ResolvedType | undefined {
  if (type.kind === 'array' && name === '*') return { type: type.item, decorators: [], context }
  if (type.kind === 'tuple') {
    const item = type.items[Number(name)]
    return item && { type: item, decorators: [], context }
  }
  if (type.kind !== 'object') return undefined
  if (name === '*') return type.additional && { type: type.additional, decorators: [], context }
  const property = type.properties.find((each) => each.name === name)
  return property && { type: property.type, decorators: property.decorators, context }
}

function namedMismatch(value: Value, found: ResolvedType): string | undefined {
  if (found.builtIn !== undefined) return builtInMismatch(value, found.builtIn)
  if (!found.type) return undefined
  return (
    findMismatch(value, found.type, found.context) ??
    findBrokenConstraint(value, found.decorators, found.context) ??
    sealedMismatch(value, found)
  )
}

function builtInMismatch(value: Value, name: string): string | undefined {
  const actual = typeName(value)
  if (name === 'any' || value instanceof Reference) return undefined
  const wanted = name.replace('secure', '')
  return actual === wanted ? undefined : expected(`"${wanted}"`, value)
}

function expected(what: string, value: Value): string {
  const found = typeof value === 'object' ? typeName(value) : JSON.stringify(value)
  return `Expected a value of type ${what}, but the provided value is ${found}.`
}

function unionMismatch(
  value: Value,
  members: readonly TypeSyntax[],
  context: TypeContext,
): string | undefined {
  const mismatches = members.map((each) => findMismatch(value, each, context))
  if (mismatches.includes(undefined)) return undefined
  const words = members.map((each) =>
    each.kind === 'literal' ? JSON.stringify(each.value) : each.kind,
  )
  return expected(words.join(' | '), value)
}

function arrayMismatch(value: Value, item: TypeSyntax, context: TypeContext): string | undefined {
  if (!Array.isArray(value)) return expected('"array"', value)
  for (const [index, each] of value.entries()) {
    const mismatch = findMismatch(each, item, context)
    if (mismatch !== undefined) return `At index ${index}: ${mismatch}`
  }
  return undefined
}

function tupleMismatch(
  value: Value,
  items: readonly TypeSyntax[],
  context: TypeContext,
): string | undefined {
  if (!Array.isArray(value) || value.length !== items.length) {
    return expected(`"array" of ${items.length} items`, value)
  }
  for (const [index, item] of items.entries()) {
    const mismatch = findMismatch(value[index] ?? null, item, context)
    if (mismatch !== undefined) return `At index ${index}: ${mismatch}`
  }
  return undefined
}

function objectMismatch(
  value: Value,
  type: ObjectTypeSyntax,
  context: TypeContext,
): string | undefined {
  if (!isObjectValue(value)) return expected('"object"', value)
  for (const property of type.properties) {
    const member = Object.hasOwn(value, property.name) ? value[property.name] : undefined
    if (member === undefined) {
      if (property.type.kind === 'nullable') continue
      return `The property "${property.name}" is missing.`
    }
    const mismatch =
      findMismatch(member, property.type, context) ??
      findBrokenConstraint(member, property.decorators, context)
    if (mismatch !== undefined) return `In "${property.name}": ${mismatch}`
  }
  return type.additional && additionalMismatch(value, type, context)
}

function additionalMismatch(
  value: ObjectValue,
  type: ObjectTypeSyntax,
  context: TypeContext,
): string | undefined {
  const { additional } = type
  if (!additional) return undefined
  const declared = new Set(type.properties.map((each) => each.name))
  for (const [name, member] of Object.entries(value)) {
    const mismatch = declared.has(name) ? undefined : findMismatch(member, additional, context)
    if (mismatch !== undefined) return `In "${name}": ${mismatch}`
  }
  return undefined
}

function sealedMismatch(value: Value, found: ResolvedType): string | undefined {
  const isSealed = found.decorators.some((each) => each.name === 'sealed')
  if (!isSealed || !isObjectValue(value) || found.type?.kind !== 'object') return undefined
  const declared = new Set(found.type.properties.map((each) => each.name))
  const extra = Object.keys(value).find((name) => !declared.has(name))
  return extra === undefined ? undefined : `The property "${extra}" is not allowed.`
}

function brokenBy(decorator: string, value: Value, limit: Value): string | undefined {
  switch (decorator) {
    case 'allowed':
      return allowedMismatch(value, limit)
    case 'minLength':
    case 'maxLength':
      return lengthMismatch(decorator, value, limit)
    case 'minValue':
    case 'maxValue':
      return sizeMismatch(decorator, value, limit)
    default:
      return undefined
  }
}

function allowedMismatch(value: Value, allowed: Value): string | undefined {
  if (!Array.isArray(allowed)) return undefined
  const texts = new Set(allowed.map((each) => JSON.stringify(each)))
  // A parameter of type array may list what its items may be.
  const values = Array.isArray(value) && !texts.has(JSON.stringify(value)) ? value : [value]
  const wrong = values.find((each) => !texts.has(JSON.stringify(each)))
  if (wrong === undefined) return undefined
  return `The value ${JSON.stringify(wrong)} is not part of the allowed value(s): ${[...texts].join(', ')}.`
}

function lengthMismatch(decorator: string, value: Value, limit: Value): string | undefined {
  const isSized = typeof value === 'string' || Array.isArray(value)
  if (!isSized || typeof limit !== 'number') return undefined
  if (decorator === 'minLength' && value.length < limit) {
    return `Length of the value should be greater than or equal to ${limit}.`
  }
  if (decorator === 'maxLength' && value.length > limit) {
    return `Length of the value should be less than or equal to ${limit}.`
  }
  return undefined
}

function sizeMismatch(decorator: string, value: Value, limit: Value): string | undefined {
  if (typeof value !== 'number' || typeof limit !== 'number') return undefined
  if (decorator === 'minValue' && value < limit) {
    return `The value should be greater than or equal to ${limit}.`
  }
  if (decorator === 'maxValue' && value > limit) {
    return `The value should be less than or equal to ${limit}.`
  }
  return undefined
}
