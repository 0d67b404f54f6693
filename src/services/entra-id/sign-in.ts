// Nothing here survives a crash but by what a page or a code carries with it, sealed by a key that does.
import { randomBytes } from 'node:crypto'
import { ServiceError } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Application, User } from './application.ts'
import { faultPlace, readAuthorization, respond } from './authorization-request.ts'
import type { Authorization, SignInAnswer } from './authorization-request.ts'
import {
  applicationNotFound,
  invalidPassword,
  signInDeclined,
  signInExpired,
  signInRequired,
  userNotAssigned,
  userNotFound,
} from './errors.ts'
import type { GrantContext } from './grants/grant-context.ts'
import { textOf } from './json-reader.ts'
import { authorizationCodeLifeMs, signInPageLifeMs, signInUserCountMax } from './limits.ts'
import { deviceCodePage, messagePage, signInPage } from './pages.ts'
import { isPassword } from './passwords.ts'
import { chooseRedirectUri } from './redirect-uri.ts'
import { readScopes } from './resource-scope.ts'
import type { RequestParameters } from './token-request.ts'

/** Lets a person sign in, in a browser: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#request-an-authorization-code */
export class SignIn {
  readonly #context: GrantContext

  constructor(context: GrantContext) {
    this.#context = context
  }

  /** Shows who may sign in. A fault that the application may hear of is sent there. */
  begin(parameters: RequestParameters, options: { version: 1 | 2; action: string }): SignInAnswer {
    const application = this.#application(parameters.require('client_id'))
    const redirectUri = chooseRedirectUri(application, parameters.get('redirect_uri'))
    try {
      const authorization = readAuthorization(parameters, {
        application,
        redirectUri,
        version: options.version,
      })
      this.#context.userTokens.checkScopes(application, authorization.requested)
      if (parameters.get('prompt') === 'none') throw signInRequired()
      return this.#choosePerson(application, {
        action: options.action,
        content: toContent(authorization),
        ...hintOf(parameters),
      })
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      return respond(faultPlace(parameters, redirectUri), {
        error: textOf(error.details, 'error'),
        error_description: `${error.code}: ${error.message}`,
      })
    }
  }

  /** Shows where the code of a device is typed. */
  beginWithCode(action: string): SignInAnswer {
    return { kind: 'page', page: deviceCodePage({ action }) }
  }

  /** Shows who may sign in on the device that shows this code. */
  async chooseForCode(
    userCode: string,
    options: { action: string; signInAction: string },
  ): Promise<SignInAnswer> {
    try {
      const application = this.#application(await this.#context.deviceCodes.clientOf(userCode))
      return this.#choosePerson(application, {
        action: options.signInAction,
        content: { clientId: application.appId, userCode },
      })
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      const page = deviceCodePage({ action: options.action, notice: error.message })
      return { kind: 'page', page }
    }
  }

  /** Takes the choice of a person. */
  async complete(parameters: RequestParameters, action: string): Promise<SignInAnswer> {
    const opened = this.#context.sealed.open('sign-in', parameters.require('request'))
    if (opened.kind !== 'good') throw signInExpired()
    const { content } = opened
    const application = this.#application(textOf(content, 'clientId'))
    const isDeclined = parameters.get('decline') !== undefined
    try {
      const user = isDeclined ? undefined : await this.#signedIn(application, parameters)
      return textOf(content, 'userCode') === ''
        ? this.#sendCode(content, user)
        : await this.#finishDevice(content, user)
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      return this.#choosePerson(application, { action, content, notice: error.message })
    }
  }

  #choosePerson(
    application: Application,
    options: { action: string; content: JsonObject; notice?: string; hint?: string },
  ): SignInAnswer {
    const { action, content, notice, hint } = options
    const users = this.#context.directory.users().toSorted((one, other) => {
      const isHinted = (user: User): number => (user.userPrincipalName === hint ? 0 : 1)
      return isHinted(one) - isHinted(other) || one.displayName.localeCompare(other.displayName)
    })
    const page = signInPage({
      applicationName: application.displayName,
      users: users.slice(0, signInUserCountMax),
      action,
      sealedRequest: this.#context.sealed.seal('sign-in', content, signInPageLifeMs),
      ...(notice === undefined ? {} : { notice }),
    })
    return { kind: 'page', page }
  }

  async #signedIn(application: Application, parameters: RequestParameters): Promise<User> {
    const { directory } = this.#context
    const user = directory.findUser(parameters.require('user'))
    if (!user) throw userNotFound()
    const password = parameters.exact('password') ?? ''
    if (user.passwordHash !== undefined && !(await isPassword(password, user.passwordHash))) {
      throw invalidPassword()
    }
    const principal = directory.servicePrincipal(application.appId)
    const hasRole = directory.isAssigned(user.objectId, application.appId)
    if (principal?.appRoleAssignmentRequired && !hasRole) {
      throw userNotAssigned(application.displayName)
    }
    return user
  }

  #sendCode(content: JsonObject, user: User | undefined): SignInAnswer {
    const authorization = fromContent(content)
    if (!user) {
      const { code, message, details } = signInDeclined()
      return respond(authorization, {
        error: textOf(details, 'error'),
        error_description: `${code}: ${message}`,
      })
    }
    const code = this.#context.sealed.seal(
      'code',
      // Two codes for the same request are two codes.
      { ...content, userId: user.objectId, id: randomBytes(8).toString('hex') },
      authorizationCodeLifeMs,
    )
    return respond(authorization, { code, session_state: newUuid() })
  }

  async #finishDevice(content: JsonObject, user: User | undefined): Promise<SignInAnswer> {
    const { deviceCodes } = this.#context
    await deviceCodes.answer(
      textOf(content, 'userCode'),
      user ? { userId: user.objectId } : 'declined',
    )
    const page = user
      ? messagePage('Signed in', 'You have signed in on your device. You may close this window.')
      : messagePage('Not signed in', 'You declined. You may close this window.')
    return { kind: 'page', page }
  }

  #application(clientId: string): Application {
    const application = this.#context.directory.application(clientId)
    if (!application) throw applicationNotFound(clientId, this.#context.tenant.displayName)
    return application
  }
}

function hintOf(parameters: RequestParameters): { hint?: string } {
  const hint = parameters.get('login_hint')
  return hint === undefined ? {} : { hint }
}

function toContent(authorization: Authorization): JsonObject {
  const { requested, responseMode, state, nonce, challenge, challengeMethod } = authorization
  return {
    clientId: authorization.clientId,
    redirectUri: authorization.redirectUri,
    responseMode,
    ...(state === undefined ? {} : { state, hasState: true }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(challenge === undefined ? {} : { challenge, challengeMethod }),
    resource: requested.resource ?? '',
    scopes: [...requested.scopes],
    openId: [...requested.openId],
  }
}

function fromContent(content: JsonObject): Authorization {
  const mode = textOf(content, 'responseMode')
  return {
    clientId: textOf(content, 'clientId'),
    redirectUri: textOf(content, 'redirectUri'),
    responseMode: mode === 'fragment' || mode === 'form_post' ? mode : 'query',
    state: content['hasState'] === true ? textOf(content, 'state') : undefined,
    nonce: undefined,
    challenge: undefined,
    challengeMethod: 'plain',
    requested: readScopes(content),
  }
}
