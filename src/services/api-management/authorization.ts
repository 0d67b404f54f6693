import { objectMember, stringMember } from '../../base/json.ts'
import { type EntityKind, keptKind } from './entity-kind.ts'
import type { Entity } from './entity-tree.ts'
import { validationError } from './errors.ts'

/** How a token is asked for, and as whom. */
export interface Connection {
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scope: string | undefined
  readonly etag: string
}

/** Who may have the tokens of a connection. */
export interface ConnectionGrant {
  readonly tenantId: string
  readonly objectId: string
}

const providers = ['aad', 'oauth2'] as const

/** A credential provider: https://learn.microsoft.com/rest/api/apimanagement/authorization-provider */
const providerKind: EntityKind = {
  kind: 'authorizationProviders',
  label: 'AuthorizationProvider',
  accept({ fields, properties }) {
    fields.requiredText('identityProvider')
    fields.choice('identityProvider', providers)
    return properties
  },
}

/**
 * A connection to a provider. Only client credentials: any other grant needs a person to consent in a browser.
 * https://learn.microsoft.com/rest/api/apimanagement/authorization
 */
const authorizationKind: EntityKind = {
  kind: 'authorizationProviders/authorizations',
  label: 'Authorization',
  accept({ fields, properties }) {
    const grant = fields.requiredText('oauth2grantType')
    if (grant !== 'ClientCredentials') {
      const message = `The grant type '${grant}' is not supported: only ClientCredentials is.`
      throw validationError([{ target: 'oauth2grantType', message }])
    }
    return { authorizationType: 'OAuth2', status: 'Connected', ...properties }
  },
  show({ properties }) {
    const { clientSecret: _secret, ...parameters } = objectMember(properties, 'parameters')
    return { ...properties, parameters }
  },
}

/** https://learn.microsoft.com/azure/api-management/credentials-overview */
export const authorizationKinds: readonly EntityKind[] = [
  providerKind,
  authorizationKind,
  keptKind('authorizationProviders/authorizations/accessPolicies', 'AuthorizationAccessPolicy', {
    required: ['objectId'],
  }),
]

/** What a provider and a connection to it say together. */
export function connectionOf(provider: Entity, authorization: Entity): Connection {
  const oauth2 = objectMember(provider.properties, 'oauth2')
  const grant = objectMember(objectMember(oauth2, 'grantTypes'), 'clientCredentials')
  const parameters = objectMember(authorization.properties, 'parameters')
  const told = (name: string): string | undefined =>
    stringMember(parameters, name) ?? stringMember(grant, name)
  const login = (told('loginUri') ?? 'https://login.microsoftonline.com').replace(/\/+$/, '')
  const isEntra = stringMember(provider.properties, 'identityProvider')?.toLowerCase() === 'aad'
  const resource = told('resourceUri')
  const ownScope = resource === undefined ? undefined : `${resource.replace(/\/+$/, '')}/.default`
  return {
    tokenUrl: isEntra
      ? `${login}/${told('tenantId') ?? 'common'}/oauth2/v2.0/token`
      : (told('tokenUrl') ?? ''),
    clientId: told('clientId') ?? '',
    clientSecret: told('clientSecret') ?? '',
    scope: isEntra ? (ownScope ?? told('scopes')) : told('scopes'),
    etag: `${provider.etag} ${authorization.etag}`,
  }
}

export function grantOf({ properties }: Entity): ConnectionGrant {
  return {
    tenantId: stringMember(properties, 'tenantId') ?? '',
    objectId: stringMember(properties, 'objectId') ?? '',
  }
}
