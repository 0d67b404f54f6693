import {
  credentialMissing,
  grantExpired,
  grantMalformed,
  grantOfAnotherClient,
  userNotFound,
} from '../errors.ts'
import { textOf } from '../json-reader.ts'
import { isPublicClient } from '../public-client.ts'
import { parseScopes, readScopes } from '../resource-scope.ts'
import type { RequestedScopes } from '../resource-scope.ts'
import type { TokenAnswer, TokenRequest } from '../token-request.ts'
import type { GrantContext } from './grant-context.ts'

/** New tokens without the person: https://learn.microsoft.com/entra/identity-platform/refresh-tokens */
export function refreshToken(context: GrantContext, request: TokenRequest): TokenAnswer {
  const { parameters, endpointVersion } = request
  const client = context.authentication.authenticate(request.client)
  const opened = context.sealed.open('refresh-token', parameters.require('refresh_token'))
  if (opened.kind === 'malformed') throw grantMalformed()
  if (opened.kind === 'expired') throw grantExpired()
  const { content } = opened
  if (textOf(content, 'clientId') !== client.application.appId) throw grantOfAnotherClient()
  const since = content['singlePageSinceMs']
  const isSinglePage = typeof since === 'number'
  if (client.proof === 'none' && !isSinglePage && !isPublicClient(client.application)) {
    throw credentialMissing()
  }
  const user = context.directory.findUser(textOf(content, 'userId'))
  if (!user) throw userNotFound()
  return context.userTokens.issue({
    ...client,
    user,
    requested: withRefresh(askedScopes(request) ?? readScopes(content)),
    version: endpointVersion,
    ...(isSinglePage ? { singlePageSinceMs: since } : {}),
    wantsClientInfo: parameters.get('client_info') === '1',
  })
}

/** A refresh token serves every resource that the application may use. */
function askedScopes({ parameters, endpointVersion }: TokenRequest): RequestedScopes | undefined {
  if (endpointVersion === 2) {
    const scope = parameters.get('scope')
    return scope === undefined ? undefined : parseScopes(scope)
  }
  const resource = parameters.get('resource')
  return resource === undefined ? undefined : { resource, scopes: ['.default'], openId: ['openid'] }
}

/** Each refresh token brings its successor, whether it was asked for again or not. */
function withRefresh(requested: RequestedScopes): RequestedScopes {
  const openId = [...new Set([...requested.openId, 'offline_access' as const])]
  return { ...requested, openId }
}
