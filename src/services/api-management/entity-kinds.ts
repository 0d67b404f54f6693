import { apiKind } from './api.ts'
import { backendKind } from './backend.ts'
import { certificateKind } from './certificate.ts'
import { type EntityKind, keptKind } from './entity-kind.ts'
import { namedValueKind } from './named-value.ts'
import { operationKind } from './operation.ts'
import { fragmentKind, policyKinds } from './policy.ts'
import { productApiKind, productGroupKind, productKind } from './product.ts'
import { subscriptionKind } from './subscription.ts'

/** Everything that can be in a service: https://learn.microsoft.com/azure/templates/microsoft.apimanagement/service */
export const entityKinds: readonly EntityKind[] = [
  apiKind,
  operationKind,
  productKind,
  productApiKind,
  productGroupKind,
  subscriptionKind,
  namedValueKind,
  backendKind,
  certificateKind,
  ...policyKinds,
  fragmentKind,
  keptKind('groups', 'Group', ['displayName']),
  keptKind('groups/users', 'GroupUser'),
  keptKind('users', 'User', ['firstName', 'lastName', 'email']),
  keptKind('tags', 'Tag', ['displayName']),
  keptKind('apis/tags', 'Tag'),
  keptKind('apis/operations/tags', 'Tag'),
  keptKind('products/tags', 'Tag'),
  keptKind('apiVersionSets', 'ApiVersionSet', ['displayName', 'versioningScheme']),
  keptKind('apis/schemas', 'Schema', ['contentType']),
  keptKind('schemas', 'Schema', ['schemaType']),
  keptKind('gateways', 'Gateway'),
  keptKind('loggers', 'Logger', ['loggerType']),
  keptKind('diagnostics', 'Diagnostic', ['loggerId']),
  keptKind('apis/diagnostics', 'Diagnostic', ['loggerId']),
]

const byName = new Map(entityKinds.map((each) => [each.kind.toLowerCase(), each]))

export function findKind(kind: string): EntityKind | undefined {
  return byName.get(kind.toLowerCase())
}
