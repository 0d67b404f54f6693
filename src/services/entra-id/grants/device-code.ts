import type { JsonObject } from '../../../base/json.ts'
import {
  authorizationDeclined,
  authorizationPending,
  credentialMissing,
  deviceCodeExpired,
  deviceCodeUnknown,
  grantOfAnotherClient,
  userNotFound,
} from '../errors.ts'
import { textOf } from '../json-reader.ts'
import { deviceCodeLifeMs, devicePollIntervalMs } from '../limits.ts'
import { isPublicClient } from '../public-client.ts'
import { parseScopes, readScopes } from '../resource-scope.ts'
import type { RequestedScopes } from '../resource-scope.ts'
import type { TokenAnswer, TokenRequest } from '../token-request.ts'
import type { GrantContext } from './grant-context.ts'

/** Begins a sign-in by code: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code */
export async function beginDeviceSignIn(
  context: GrantContext,
  request: TokenRequest,
  page: string,
): Promise<JsonObject> {
  const { application } = context.authentication.authenticate(request.client)
  if (!isPublicClient(application)) throw credentialMissing()
  const requested = deviceScopes(request)
  context.userTokens.checkScopes(application, requested)
  const userCode = await context.deviceCodes.create(application.appId)
  const { resource = '', scopes, openId } = requested
  const deviceCode = context.sealed.seal(
    'device-code',
    { clientId: application.appId, userCode, resource, scopes: [...scopes], openId: [...openId] },
    deviceCodeLifeMs,
  )
  const message = `To sign in, use a web browser to open the page ${page} and enter the code ${userCode} to authenticate.`
  const isOld = request.endpointVersion === 1
  const seconds = [deviceCodeLifeMs / 1000, devicePollIntervalMs / 1000] as const
  return {
    user_code: userCode,
    device_code: deviceCode,
    ...(isOld ? { verification_url: page } : { verification_uri: page }),
    expires_in: isOld ? String(seconds[0]) : seconds[0],
    interval: isOld ? String(seconds[1]) : seconds[1],
    message,
  }
}

/** Asks whether the person has signed in by now. */
export async function deviceCode(
  context: GrantContext,
  request: TokenRequest,
): Promise<TokenAnswer> {
  const { parameters } = request
  const client = context.authentication.authenticate(request.client)
  const text = parameters.get('device_code') ?? parameters.require('code')
  const opened = context.sealed.open('device-code', text)
  if (opened.kind === 'malformed') throw deviceCodeUnknown()
  if (opened.kind === 'expired') throw deviceCodeExpired()
  const { content } = opened
  if (textOf(content, 'clientId') !== client.application.appId) throw grantOfAnotherClient()
  const userCode = textOf(content, 'userCode')
  const signIn = await context.deviceCodes.stateOf(userCode)
  if (!signIn) throw deviceCodeUnknown()
  if (signIn.state === 'pending') throw authorizationPending()
  if (signIn.state === 'declined') throw authorizationDeclined()
  const user = context.directory.findUser(signIn.userId)
  if (!user) throw userNotFound()
  await context.deviceCodes.remove(userCode)
  return context.userTokens.issue({
    ...client,
    user,
    requested: readScopes(content),
    version: request.endpointVersion,
    wantsClientInfo: parameters.get('client_info') === '1',
  })
}

function deviceScopes({ parameters, endpointVersion }: TokenRequest): RequestedScopes {
  if (endpointVersion === 2) return parseScopes(parameters.require('scope'))
  const resource = parameters.require('resource')
  return { resource, scopes: ['.default'], openId: ['openid', 'offline_access'] }
}
