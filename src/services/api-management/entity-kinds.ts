import { apiKind } from './api.ts'
import { authorizationKinds } from './authorization.ts'
import { backendKind } from './backend.ts'
import { certificateKind } from './certificate.ts'
import { type EntityKind, keptKind } from './entity-kind.ts'
import { groupKind } from './group.ts'
import { namedValueKind } from './named-value.ts'
import { operationKind } from './operation.ts'
import { fragmentKind, policyKinds } from './policy.ts'
import { productApiKind, productGroupKind, productKind } from './product.ts'
import { releaseKind } from './release.ts'
import { subscriptionKind } from './subscription.ts'
import { userKind } from './user.ts'
import { inWorkspace, workspaceKind } from './workspace.ts'

/** What can be in a service, and in a workspace alike. */
const sharedKinds: readonly EntityKind[] = [
  apiKind,
  releaseKind,
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
  groupKind,
  keptKind('groups/users', 'GroupUser'),
  keptKind('tags', 'Tag', { required: ['displayName'] }),
  keptKind('apis/tags', 'Tag'),
  keptKind('apis/operations/tags', 'Tag'),
  keptKind('products/tags', 'Tag'),
  keptKind('apiVersionSets', 'ApiVersionSet', { required: ['displayName', 'versioningScheme'] }),
  keptKind('apis/schemas', 'Schema', { required: ['contentType'] }),
  keptKind('schemas', 'Schema', { required: ['schemaType'] }),
  keptKind('loggers', 'Logger', { required: ['loggerType'], secrets: ['credentials'] }),
  keptKind('diagnostics', 'Diagnostic', { required: ['loggerId'] }),
  keptKind('apis/diagnostics', 'Diagnostic', { required: ['loggerId'] }),
]

/** Everything that can be in a service: https://learn.microsoft.com/azure/templates/microsoft.apimanagement/service */
export const entityKinds: readonly EntityKind[] = [
  ...sharedKinds,
  userKind,
  ...authorizationKinds,
  keptKind('gateways', 'Gateway'),
  keptKind('authorizationServers', 'AuthorizationServer', { secrets: ['clientSecret'] }),
  keptKind('openidConnectProviders', 'OpenIdConnectProvider', { secrets: ['clientSecret'] }),
  keptKind('identityProviders', 'IdentityProvider', { secrets: ['clientSecret'] }),
  keptKind('portalsettings', 'PortalSettings', { secrets: ['validationKey'] }),
  keptKind('portalRevisions', 'PortalRevision'),
  keptKind('portalconfigs', 'PortalConfig'),
  keptKind('templates', 'EmailTemplate'),
  keptKind('notifications', 'Notification'),
  workspaceKind,
  ...sharedKinds.map(inWorkspace),
]

const byName = new Map(entityKinds.map((each) => [each.kind.toLowerCase(), each]))

export function findKind(kind: string): EntityKind | undefined {
  return byName.get(kind.toLowerCase())
}
