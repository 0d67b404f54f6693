import { SourceError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { stringMember } from '../../base/json.ts'
import { entityInUse, validationError } from './errors.ts'
import type { EntityHolder, EntityKind, EntityRequest } from './entity-kind.ts'
import type { PolicyScope } from './gateway/policy-error.ts'

/** The kinds that are policy documents, with the scope of each. */
export const policyScopes: Readonly<Record<string, PolicyScope>> = {
  policies: 'global',
  'products/policies': 'product',
  'apis/policies': 'api',
  'apis/operations/policies': 'operation',
}

const formats = ['xml', 'rawxml', 'xml-link', 'rawxml-link'] as const

/** https://learn.microsoft.com/rest/api/apimanagement/policy */
export const policyKinds: readonly EntityKind[] = Object.keys(policyScopes).map((kind) => ({
  kind,
  label: 'Policy',
  accept: (request) => acceptDocument(kind, request),
}))

/** https://learn.microsoft.com/rest/api/apimanagement/policy-fragment */
export const fragmentKind: EntityKind = {
  kind: 'policyFragments',
  label: 'PolicyFragment',
  accept: (request) => acceptDocument('policyFragments', request),
  release(holder: EntityHolder, entity) {
    const id = entity.names[0] ?? ''
    const pattern = new RegExp(`fragment-id\\s*=\\s*["']${id}["']`, 'i')
    const user = Object.keys(policyScopes)
      .flatMap((kind) => holder.list(kind))
      .find((each) => pattern.test(policyText(each.properties)))
    if (user)
      throw entityInUse(`Policy fragment '${id}' is used by ${user.kind}/${user.names.join('/')}.`)
  },
}

/** The document as it is compiled: always raw, whatever it was given as. */
export function policyText(properties: JsonObject): string {
  return stringMember(properties, 'value') ?? ''
}

// The fault of a document as the management REST tells it.
function policyFault(error: SourceError): Error {
  const { line, column } = error.position
  const text = error.message.replace(/^[^:]*:\d+:\d+: /, '')
  const [, element = 'policies', rest = text] =
    /^Error in element '([^']*)': (.*)$/s.exec(text) ?? []
  const message = `Error in element '${element}' on line ${line}, column ${column}: ${rest}`
  return validationError([{ target: element, message }])
}

function acceptDocument(
  kind: string,
  { holder, names, fields, properties }: EntityRequest,
): JsonObject {
  const value = fields.requiredText('value')
  const format = fields.choice('format', formats) ?? 'xml'
  if (format.endsWith('-link')) {
    const message = `The format '${format}' is not supported: give the document itself as '${format.slice(0, -5)}'.`
    throw validationError([{ target: 'format', message }])
  }
  try {
    holder.checkPolicy(value, { kind, names })
  } catch (error) {
    throw error instanceof SourceError ? policyFault(error) : error
  }
  return { ...properties, format, value }
}
