import { createHash } from 'node:crypto'
import type { Application } from '../application.ts'
import type { AuthenticatedClient } from '../client-authentication.ts'
import { isSame } from '../client-authentication.ts'
import {
  codeChallengeRequired,
  codeRedeemed,
  codeVerifierMismatch,
  credentialMissing,
  credentialOfPublicClient,
  grantExpired,
  grantMalformed,
  grantOfAnotherClient,
  redirectUriChanged,
  userNotFound,
} from '../errors.ts'
import { textOf } from '../json-reader.ts'
import { authorizationCodeLifeMs } from '../limits.ts'
import { redirectKind } from '../redirect-uri.ts'
import { parseScopes, readScopes } from '../resource-scope.ts'
import type { TokenAnswer, TokenRequest } from '../token-request.ts'
import type { GrantContext } from './grant-context.ts'

/** Redeems a code for tokens: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow */
export async function authorizationCode(
  context: GrantContext,
  request: TokenRequest,
): Promise<TokenAnswer> {
  const { parameters } = request
  const code = parameters.require('code')
  const client = context.authentication.authenticate(request.client)
  const opened = context.sealed.open('code', code)
  if (opened.kind === 'malformed') throw grantMalformed()
  if (opened.kind === 'expired') throw grantExpired()
  const { content } = opened
  if (textOf(content, 'clientId') !== client.application.appId) throw grantOfAnotherClient()
  const redirectUri = textOf(content, 'redirectUri')
  if (parameters.require('redirect_uri') !== redirectUri) throw redirectUriChanged()
  const isSinglePage = checkClientKind(client, redirectUri)
  const challenge = textOf(content, 'challenge')
  if (isSinglePage && challenge === '') throw codeChallengeRequired()
  checkVerifier(challenge, textOf(content, 'challengeMethod'), parameters.exact('code_verifier'))
  const user = context.directory.findUser(textOf(content, 'userId'))
  if (!user) throw userNotFound()
  // Last of all: a request that is refused does not use the code up.
  if (!(await context.sealed.redeem(code, authorizationCodeLifeMs))) throw codeRedeemed()
  const scope = request.endpointVersion === 2 ? parameters.get('scope') : undefined
  const nonce = textOf(content, 'nonce')
  return context.userTokens.issue({
    ...client,
    user,
    requested: scope === undefined ? readScopes(content) : parseScopes(scope),
    version: request.endpointVersion,
    ...(nonce === '' ? {} : { nonce }),
    ...(isSinglePage ? { singlePageSinceMs: context.clock.now() } : {}),
    wantsClientInfo: parameters.get('client_info') === '1',
  })
}

/** A server keeps a secret and must show it; an app on a device or in a browser cannot. */
function checkClientKind(
  { application, proof }: AuthenticatedClient,
  redirectUri: string,
): boolean {
  const kind = redirectKind(application, redirectUri)
  if (kind === 'web' && proof === 'none') throw credentialMissing()
  if (kind !== 'web' && proof !== 'none' && !hasWeb(application)) throw credentialOfPublicClient()
  return kind === 'spa'
}

function hasWeb({ redirectUris }: Application): boolean {
  return redirectUris.web.length > 0
}

/** https://www.rfc-editor.org/rfc/rfc7636#section-4.6 */
function checkVerifier(challenge: string, method: string, verifier: string | undefined): void {
  if (challenge === '') {
    if (verifier !== undefined && verifier !== '') throw codeVerifierMismatch()
    return
  }
  const given = verifier ?? ''
  const shown = method === 'S256' ? createHash('sha256').update(given).digest('base64url') : given
  if (!isSame(shown, challenge)) throw codeVerifierMismatch()
}
