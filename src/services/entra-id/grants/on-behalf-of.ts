import { stringMember } from '../../../base/json.ts'
import { InvalidToken } from '../../../protocols/auth/invalid-token.ts'
import { audiencesOf, checkClaims, checkSignature, decodeJwt } from '../../../protocols/auth/jwt.ts'
import type { Jwt } from '../../../protocols/auth/jwt.ts'
import { isNamed } from '../application.ts'
import type { Application } from '../application.ts'
import {
  credentialMissing,
  tokenUseMissing,
  userAssertionAudience,
  userAssertionExpired,
  userAssertionInvalid,
  userAssertionOfApplication,
  userNotFound,
} from '../errors.ts'
import { parseScopes } from '../resource-scope.ts'
import type { RequestedScopes } from '../resource-scope.ts'
import { issuerOf } from '../tenant.ts'
import type { TokenAnswer, TokenRequest } from '../token-request.ts'
import type { GrantContext } from './grant-context.ts'

/** An API goes on to another one for its caller: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow */
export function onBehalfOf(context: GrantContext, request: TokenRequest): TokenAnswer {
  const { parameters, endpointVersion } = request
  const client = context.authentication.authenticate(request.client)
  if (client.proof === 'none') throw credentialMissing()
  if (parameters.require('requested_token_use') !== 'on_behalf_of') throw tokenUseMissing()
  const { claims } = readAssertion(context, parameters.require('assertion'))
  checkAudience(client.application, audiencesOf(claims))
  if (stringMember(claims, 'scp') === undefined) {
    throw userAssertionOfApplication(client.application.appId)
  }
  const user = context.directory.findUser(stringMember(claims, 'oid') ?? '')
  if (!user) throw userNotFound()
  const requested: RequestedScopes =
    endpointVersion === 2
      ? parseScopes(parameters.require('scope'))
      : { resource: parameters.require('resource'), scopes: ['.default'], openId: ['openid'] }
  return context.userTokens.issue({
    ...client,
    user,
    requested,
    version: endpointVersion,
    wantsClientInfo: parameters.get('client_info') === '1',
  })
}

function readAssertion({ keys, clock, tenant }: GrantContext, text: string): Jwt {
  const issuers = ([1, 2] as const).map((version) => issuerOf(tenant.id, version))
  try {
    const token = decodeJwt(text)
    checkSignature(token, keys.keySet(), ['RS256'])
    checkClaims(token, { algorithms: [], issuers }, clock.now())
    return token
  } catch (error) {
    if (!(error instanceof InvalidToken)) throw error
    throw error.fault === 'expired' ? userAssertionExpired() : userAssertionInvalid()
  }
}

function checkAudience(application: Application, audiences: readonly string[]): void {
  if (audiences.some((audience) => isNamed(application, audience))) return
  throw userAssertionAudience(audiences.join(' '), application.appId)
}
