import { randomBytes } from 'node:crypto'
import type { Application } from './application.ts'
import {
  codeChallengeInvalid,
  codeChallengeRequired,
  promptInvalid,
  unsupportedResponseMode,
  unsupportedResponseType,
} from './errors.ts'
import { formPostPage } from './pages.ts'
import type { Page } from './pages.ts'
import { redirectKind } from './redirect-uri.ts'
import { parseScopes } from './resource-scope.ts'
import type { RequestedScopes } from './resource-scope.ts'
import type { RequestParameters } from './token-request.ts'

/** Where and how an application hears the outcome of a sign-in. */
export interface ResponsePlace {
  readonly redirectUri: string
  readonly responseMode: ResponseMode
  readonly state: string | undefined
}

/** A request for a code. */
export interface Authorization extends ResponsePlace {
  readonly clientId: string
  readonly nonce: string | undefined
  readonly challenge: string | undefined
  readonly challengeMethod: 'S256' | 'plain'
  readonly requested: RequestedScopes
  /** What the person may be asked: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow */
  readonly prompt: Prompt | undefined
}

export type Prompt = (typeof prompts)[number]

const prompts = ['none', 'login', 'select_account', 'consent', 'create'] as const

/** What the browser gets. */
export type SignInAnswer = (
  | { readonly kind: 'page'; readonly page: Page }
  | { readonly kind: 'redirect'; readonly location: string }
) & { readonly cookie?: string }

type ResponseMode = 'query' | 'fragment' | 'form_post'

/** Reads what an application asks of the person, once it is known where to answer. */
export function readAuthorization(
  parameters: RequestParameters,
  known: { application: Application; redirectUri: string; version: 1 | 2 },
): Authorization {
  const { application, redirectUri, version } = known
  const responseType = parameters.require('response_type')
  if (responseType !== 'code') throw unsupportedResponseType(responseType)
  const challenge = readChallenge(parameters)
  if (challenge === undefined && redirectKind(application, redirectUri) === 'spa') {
    throw codeChallengeRequired()
  }
  return {
    clientId: application.appId,
    redirectUri,
    responseMode: readResponseMode(parameters),
    state: parameters.exact('state'),
    nonce: parameters.get('nonce'),
    challenge: challenge?.value,
    challengeMethod: challenge?.method ?? 'plain',
    prompt: readPrompt(parameters.get('prompt')),
    requested: version === 2 ? parseScopes(parameters.require('scope')) : resourceOf(parameters),
  }
}

/** Sends an outcome to the application in the way it asked for. */
export function respond(
  place: ResponsePlace,
  outcome: Readonly<Record<string, string>>,
): SignInAnswer {
  const values = new URLSearchParams(outcome)
  if (place.state !== undefined) values.set('state', place.state)
  if (place.responseMode === 'form_post') {
    const scriptNonce = randomBytes(16).toString('base64url')
    const page = formPostPage({ redirectUri: place.redirectUri, values, scriptNonce })
    return { kind: 'page', page }
  }
  const url = new URL(place.redirectUri)
  if (place.responseMode === 'fragment') url.hash = values.toString()
  else for (const [name, value] of values) url.searchParams.append(name, value)
  return { kind: 'redirect', location: url.href }
}

/** How a fault is told, when the request may be at fault in this too. */
export function faultPlace(parameters: RequestParameters, redirectUri: string): ResponsePlace {
  const responseMode = responseModeOf(parameters) ?? 'query'
  return { redirectUri, responseMode, state: parameters.exact('state') }
}

function readResponseMode(parameters: RequestParameters): ResponseMode {
  const mode = responseModeOf(parameters)
  if (!mode) throw unsupportedResponseMode(parameters.get('response_mode') ?? '')
  return mode
}

function responseModeOf(parameters: RequestParameters): ResponseMode | undefined {
  const mode = parameters.get('response_mode') ?? 'query'
  return mode === 'query' || mode === 'fragment' || mode === 'form_post' ? mode : undefined
}

// The version 1 address knows two more, which ask for consent, that is taken as given.
function readPrompt(value: string | undefined): Prompt | undefined {
  if (value === undefined) return undefined
  if (value === 'admin_consent' || value === 'refresh_session') return 'login'
  const prompt = prompts.find((each) => each === value)
  if (!prompt) throw promptInvalid()
  return prompt
}

/** https://www.rfc-editor.org/rfc/rfc7636#section-4.2 */
function readChallenge(
  parameters: RequestParameters,
): { value: string; method: 'S256' | 'plain' } | undefined {
  const value = parameters.get('code_challenge')
  if (value === undefined) return undefined
  const method = parameters.get('code_challenge_method') ?? 'plain'
  if (method !== 'S256' && method !== 'plain') throw codeChallengeInvalid()
  if (!/^[\w.~-]{43,128}$/.test(value)) throw codeChallengeInvalid()
  return { value, method }
}

/** The older address asks for all that the application may do with one resource. */
function resourceOf(parameters: RequestParameters): RequestedScopes {
  const resource = parameters.get('resource')
  const openId = ['openid', 'profile'] as const
  return resource === undefined
    ? { scopes: [], openId }
    : { resource, scopes: ['.default'], openId }
}
