import { SourceError, type SourcePosition } from '../../base/errors.ts'
import { type JsonValue, tryParseJson } from '../../base/json.ts'
import type { GivenParameter } from './parameters-file.ts'
import type { ParameterDeclaration, Template } from './syntax.ts'
import { type TypeContext, findBrokenConstraint, findMismatch, resolveType } from './type-check.ts'
import type { Value } from './values.ts'

/** Fails when a value is not of a parameter's type or breaks one of its constraints. */
export function checkParameter(
  declaration: ParameterDeclaration,
  value: Value,
  context: TypeContext,
  /** Where the value stands, when it is not the default one. */
  at: SourcePosition = declaration.at,
): Value {
  const isNullable = declaration.type.kind === 'nullable'
  const mismatch =
    (value === null && isNullable ? undefined : findMismatch(value, declaration.type, context)) ??
    findBrokenConstraint(value, declaration.decorators, context)
  if (mismatch === undefined) return value
  const why = isSecret(declaration) ? 'Its type or a decorator does not allow the value.' : mismatch
  const message = `The provided value for the template parameter '${declaration.name}' is not valid. ${why}`
  throw new SourceError('InvalidTemplate', message, at)
}

// What is wrong with a value may quote it, which a secret must not be.
function isSecret({ decorators, type }: ParameterDeclaration): boolean {
  if (decorators.some((each) => each.name === 'secure')) return true
  return type.kind === 'named' && type.name.startsWith('secure')
}

/**
 * Makes of the text that an environment variable gave what the type of its parameter asks for: azd's parameter
 * files write `"${CREATE_ROLES=true}"` for a boolean.
 */
export function coerceParameters(
  template: Template,
  values: ReadonlyMap<string, GivenParameter>,
): ReadonlyMap<string, GivenParameter> {
  const context: TypeContext = { template, constant: () => null }
  return new Map(
    [...values].map(([name, given]) => {
      const { value } = given
      const declaration = template.parameters.find((each) => each.name === name)
      if (!declaration || typeof value !== 'string') return [name, given]
      const { type } = declaration
      const builtIn = resolveType(type.kind === 'nullable' ? type.type : type, context)?.builtIn
      return [name, { ...given, value: coerce(value, builtIn) }]
    }),
  )
}

function coerce(text: string, type: string | undefined): JsonValue {
  if (type === 'bool' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  if (type === 'int' && /^-?\d+$/.test(text)) return Number(text)
  if (type === 'array' || type === 'object') return tryParseJson(text) ?? text
  return text
}
