import { createHash } from 'node:crypto'
import { SourceError } from '../../base/errors.ts'
import { parseJsonSource, type JsonPath, type JsonSource } from '../../base/json-source.ts'
import { readJson } from '../../languages/workflow-expression/json-text.ts'
import {
  type Value,
  type ValueObject,
  isObject,
} from '../../languages/workflow-expression/value.ts'
import { DefinitionError } from './definition-error.ts'
import { definitionBytesMax } from './limits.ts'
import { memberOf, objectOf, textOf } from './workflow-value.ts'

/** The definition of one workflow as a file or a template has it. */
export interface DefinitionFile {
  readonly name: string
  /** The file, for messages; a resource's id where there is none. */
  readonly file: string
  readonly text: string
  readonly hash: string
  readonly isStateful: boolean
  readonly definition: ValueObject
  /** Where the definition is in the file. */
  readonly root: JsonPath
  /** Values of parameters that come with the definition: of a Consumption workflow. */
  readonly parameters: ValueObject
  /** Connections by the names that actions use: of a Power Automate flow. */
  readonly connectionReferences: ValueObject
  readonly isEnabled: boolean
  readonly source: JsonSource
}

/**
 * Reads the definition of a workflow in any of its three forms: `workflow.json` of a Standard app, the resource
 * `Microsoft.Logic/workflows` of a Consumption app, `definition.json` of a Power Automate flow.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-definition-language
 */
export function readDefinition(input: {
  name: string
  file: string
  text: string
}): DefinitionFile {
  const { name, file, text } = input
  if (Buffer.byteLength(text) > definitionBytesMax) {
    throw new DefinitionError(
      'RequestContentTooLarge',
      `The definition is larger than '${definitionBytesMax}' bytes.`,
      { path: '' },
    )
  }
  const source = parse(text, file)
  const whole = valueOf(text, source)
  const properties = objectOf(whole, 'properties')
  const isNested = memberOf(properties, 'definition') !== undefined
  const root = isNested ? ['properties', 'definition'] : ['definition']
  const holder = isNested ? properties : isObject(whole) ? whole : {}
  const definition = memberOf(holder, 'definition')
  if (definition === undefined || !isObject(definition)) {
    throw new DefinitionError(
      'InvalidWorkflowDefinition',
      `The workflow '${name}' has no 'definition'.`,
      { path: '', position: source.positionOf([]) },
    )
  }
  return {
    name,
    file,
    text,
    hash: createHash('sha256').update(text).digest('hex').slice(0, 32),
    isStateful: isStateful(isNested ? undefined : textOf(whole, 'kind'), { name, source }),
    definition,
    root,
    parameters: objectOf(holder, 'parameters'),
    connectionReferences: objectOf(holder, 'connectionReferences'),
    isEnabled: (textOf(holder, 'state') ?? 'Enabled').toLowerCase() !== 'disabled',
    source,
  }
}

function parse(text: string, file: string): JsonSource {
  try {
    return parseJsonSource(text, file)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const message = error.message.slice(error.message.indexOf(': ') + 2)
    throw new DefinitionError('InvalidJson', message, { path: '', position: error.position })
  }
}

// The values keep what JSON itself would lose (`5.0`); a file with comments and the like is read as the settings are.
function valueOf(text: string, source: JsonSource): Value {
  try {
    return readJson(text.replace(/^\uFEFF/, ''))
  } catch {
    return source.value
  }
}

function isStateful(
  kind: string | undefined,
  place: { name: string; source: JsonSource },
): boolean {
  if (kind === undefined) return true
  const lower = kind.toLowerCase()
  if (lower === 'stateful') return true
  if (lower === 'stateless') return false
  throw new DefinitionError(
    'InvalidWorkflowKind',
    `The kind '${kind}' of the workflow '${place.name}' is not supported: it must be 'Stateful' or 'Stateless'.`,
    { path: '', position: place.source.positionOf(['kind']) },
  )
}
