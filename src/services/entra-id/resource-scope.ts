import type { JsonObject } from '../../base/json.ts'
import type { Application } from './application.ts'
import type { Directory } from './directory.ts'
import {
  invalidScope,
  resourceNotFound,
  scopeNotDefault,
  scopesOfSeveralResources,
} from './errors.ts'
import { findFirstParty } from './first-party-resources.ts'
import type { FirstPartyResource } from './first-party-resources.ts'
import { textOf, textsOf } from './json-reader.ts'

/** What a token is for. */
export interface TokenResource {
  /** The `aud` of the token. */
  readonly audience: string
  readonly appId: string
  readonly displayName: string
  readonly tokenVersion: 1 | 2
  /** The registration it is, when it is one of this tenant and no service of Microsoft. */
  readonly application?: Application
}

/** What a request asks for: the scopes of one resource, and those of the sign-in itself. */
export interface RequestedScopes {
  /** As the request named it. */
  readonly resource?: string
  /** `.default`, or the names of delegated permissions. */
  readonly scopes: readonly string[]
  readonly openId: readonly OpenIdScope[]
}

export type OpenIdScope = 'openid' | 'profile' | 'email' | 'offline_access'

const openIdScopes = ['openid', 'profile', 'email', 'offline_access'] as const

/**
 * Reads a `scope` parameter: `api://orders/Read openid`, `https://graph.microsoft.com/.default`.
 * https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export function parseScopes(text: string): RequestedScopes {
  const words = text.split(' ').filter((word) => word !== '')
  if (words.length === 0) throw invalidScope(text)
  const openId = openIdScopes.filter((scope) => words.includes(scope))
  const others = words.filter((word) => !openIdScopes.some((scope) => scope === word))
  const named = others.map(splitScope)
  const resources = new Set(named.map(({ resource }) => resource))
  if (resources.size > 1) throw scopesOfSeveralResources()
  const [resource] = resources
  const scopes = named.map(({ scope }) => scope)
  return { ...(resource === undefined ? {} : { resource }), scopes, openId }
}

/** The scopes that a code or refresh token was given for. */
export function readScopes(content: JsonObject): RequestedScopes {
  const resource = textOf(content, 'resource')
  const openId = textsOf(content, 'openId')
  return {
    ...(resource === '' ? {} : { resource }),
    scopes: textsOf(content, 'scopes'),
    openId: openIdScopes.filter((scope) => openId.includes(scope)),
  }
}

/** The resource of a client credentials request, which must ask for `RESOURCE/.default`. */
export function parseDefaultScope(text: string): string {
  const words = text.split(' ').filter((word) => word !== '')
  const [word = ''] = words
  if (words.length !== 1 || !word.endsWith('/.default')) throw scopeNotDefault(text)
  return word.slice(0, -'/.default'.length)
}

/** Finds what an identifier names; a token in version 2 is for the client id, in version 1 for the name itself. */
export function findResource(
  directory: Directory,
  identifier: string,
  tenant: string,
): TokenResource {
  const named = directory.findApplication(identifier)
  const application = named && directory.servicePrincipal(named.appId) ? named : undefined
  const resource: FirstPartyResource | undefined = application ?? findFirstParty(identifier)
  if (!resource) throw resourceNotFound(identifier, tenant)
  const { appId, displayName, tokenVersion } = resource
  return {
    audience: tokenVersion === 2 ? appId : identifier,
    appId,
    displayName,
    tokenVersion,
    ...(application ? { application } : {}),
  }
}

/** A scope without a resource is one of Microsoft Graph. */
function splitScope(word: string): { resource: string; scope: string } {
  const slash = word.lastIndexOf('/')
  if (slash < 0) return { resource: 'https://graph.microsoft.com', scope: word }
  const [resource, scope] = [word.slice(0, slash), word.slice(slash + 1)]
  if (resource === '' || scope === '') throw invalidScope(word)
  return { resource, scope }
}
