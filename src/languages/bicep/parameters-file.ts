import { SourceError, type SourcePosition } from '../../base/errors.ts'
import { type JsonValue, isJsonObject } from '../../base/json.ts'
import { type JsonNode, jsonOf, memberNode, parseJsonTree } from './json-tree.ts'

/** A value for a parameter, and where it stands when a file gives it. */
export interface GivenParameter {
  readonly value: JsonValue
  readonly at?: SourcePosition
}

/**
 * Reads `main.parameters.json` as azd does: `${NAME}` and `${NAME=default}` come from the environment, and a
 * parameter whose whole value is a variable that is not set is left to its default.
 * https://learn.microsoft.com/azure/developer/azure-developer-cli/manage-environment-variables
 */
export function parseParametersFile(
  text: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, GivenParameter> {
  const given = parametersNode(parseJsonTree(text, file))
  const values = new Map<string, GivenParameter>()
  for (const { name, value: parameter, at } of given) {
    const node = memberNode(parameter, 'value')
    if (!node) {
      const message = `The parameter "${name}" has no "value"; references to a key vault are not supported.`
      throw new SourceError('InvalidTemplate', message, at)
    }
    const value = substitute(jsonOf(node), environment)
    if (value !== undefined) values.set(name, { value, at: node.at })
  }
  return values
}

function parametersNode(
  root: JsonNode,
): readonly { name: string; value: JsonNode; at: SourcePosition }[] {
  const parameters = memberNode(root, 'parameters')
  if (root.kind === 'object' && !parameters) return []
  if (parameters?.kind === 'object') return parameters.members
  const message = 'A parameters file is a JSON object with the object "parameters".'
  throw new SourceError('InvalidTemplate', message, (parameters ?? root).at)
}

const variablePattern = /\$\{([A-Za-z_]\w*)(?::?[=-]([^}]*))?\}/g
function substitute(
  value: JsonValue,
  environment: Readonly<Record<string, string | undefined>>,
): JsonValue | undefined {
  if (typeof value === 'string') return substituteText(value, environment)
  if (Array.isArray(value)) return value.map((item) => inside(item, environment))
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(
    ([name, member]) => [name, inside(member, environment)] as const,
  )
  return Object.fromEntries(members)
}

// There is no default to leave a part of a value to.
function inside(
  value: JsonValue,
  environment: Readonly<Record<string, string | undefined>>,
): JsonValue {
  const substituted = substitute(value, environment)
  return substituted === undefined ? '' : substituted
}

function substituteText(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  let isUnset = false
  const replaced = text.replaceAll(variablePattern, (_match, name: string, fallback?: string) => {
    const value = environment[name]
    if (value !== undefined && value !== '') return value
    if (fallback === undefined) isUnset = true
    return fallback ?? ''
  })
  return isUnset && replaced === '' ? undefined : replaced
}
