import { SourceError } from '../../base/errors.ts'
import type { JsonValue } from '../../base/json.ts'
import { evaluateParametersFile } from '../../languages/bicep/bicepparam.ts'
import type { DeploymentContext, ReadFile } from '../../languages/bicep/frame.ts'
import { coerceParameters } from '../../languages/bicep/parameter-check.ts'
import { parseParametersFile, type GivenParameter } from '../../languages/bicep/parameters-file.ts'
import type { Template } from '../../languages/bicep/syntax.ts'

/**
 * What is given for the parameters of a template: by its parameters file, and before that by name.
 *
 * A parameter that must be given and is not gets a stand-in where azd would ask a person: the variable that the
 * file names (`AZURE_ENV_NAME`), or the region.
 */
export function givenParameters(
  template: Template,
  options: {
    readonly file: string
    readonly parametersFile?: string
    readonly parameters?: Readonly<Record<string, JsonValue>>
    readonly readFile: ReadFile
  },
  defaults: { context: DeploymentContext; standIns: Readonly<Record<string, string>> },
): ReadonlyMap<string, GivenParameter> {
  const { context, standIns } = defaults
  const given = new Map([...readParameters(options, context), ...namedIn(options.parameters)])
  const environment = { ...standIns, ...definedIn(context.environment) }
  const fallback = new Map<string, GivenParameter>([
    ['location', { value: context.location }],
    ...readParameters(options, { ...context, environment }),
  ])
  for (const { name, fallback: own, type } of template.parameters) {
    const value = fallback.get(name)
    const isRequired = own === undefined && type.kind !== 'nullable' && !given.has(name)
    if (isRequired && value !== undefined) given.set(name, value)
  }
  return coerceParameters(template, given)
}

function namedIn(values: Readonly<Record<string, JsonValue>> = {}): [string, GivenParameter][] {
  return Object.entries(values).map(([name, value]) => [name, { value }])
}

function definedIn(environment: DeploymentContext['environment']): Record<string, string> {
  const defined = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as const],
  )
  return Object.fromEntries(defined)
}

function readParameters(
  options: { readonly file: string; readonly parametersFile?: string; readonly readFile: ReadFile },
  context: DeploymentContext,
): ReadonlyMap<string, GivenParameter> {
  const { readFile, parametersFile } = options
  const base = options.file.replace(/\.\w+$/, '')
  const besides = [`${base}.parameters.json`, `${base}.bicepparam`]
  for (const file of parametersFile === undefined ? besides : [parametersFile]) {
    const text = readFile(file)
    if (text === undefined) continue
    if (file.endsWith('.bicepparam')) return evaluateParametersFile(text, file, context)
    return parseParametersFile(text, file, context.environment)
  }
  if (parametersFile === undefined) return new Map()
  const at = { file: parametersFile, line: 1, column: 1 }
  throw new SourceError('BCP091', 'An error occurred reading file: it does not exist.', at)
}
