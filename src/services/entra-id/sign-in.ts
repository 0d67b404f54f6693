// Nothing here survives a crash but by what a page or a code carries with it, sealed by a key that does.
import { randomBytes } from 'node:crypto'
import { ServiceError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Application, User } from './application.ts'
import { faultPlace, readAuthorization, respond } from './authorization-request.ts'
import type { Authorization, Prompt, ResponsePlace, SignInAnswer } from './authorization-request.ts'
import { BrowserSessions } from './browser-sessions.ts'
import type { Browser, BrowserSession } from './browser-sessions.ts'
import {
  applicationNotFound,
  invalidPassword,
  signInAmbiguous,
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
import { chooseRedirectUri, redirectKind } from './redirect-uri.ts'
import type { RequestParameters } from './token-request.ts'

/** Lets a person sign in, in a browser: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#request-an-authorization-code */
export class SignIn {
  readonly #context: GrantContext
  readonly #sessions: BrowserSessions

  constructor(context: GrantContext) {
    this.#context = context
    this.#sessions = new BrowserSessions(context)
  }

  /** Shows who may sign in. A fault that the application may hear of is sent there. */
  begin(
    parameters: RequestParameters,
    options: { version: 1 | 2; action: string; browser: Browser },
  ): SignInAnswer {
    const application = this.#application(parameters.require('client_id'))
    const redirectUri = chooseRedirectUri(application, parameters.get('redirect_uri'))
    try {
      const authorization = readAuthorization(parameters, {
        application,
        redirectUri,
        version: options.version,
      })
      this.#context.userTokens.checkScopes(application, authorization.requested)
      const content = toContent(authorization)
      const hint = parameters.get('login_hint')
      const session = this.#sessions.read(options.browser)
      const signedIn = this.#signedInBefore(session, authorization.prompt, hint)
      if (signedIn) {
        this.#checkAssigned(application, signedIn)
        return this.#sendCode(content, { user: signedIn, sessionId: session.id })
      }
      return this.#choosePerson(application, {
        action: options.action,
        content,
        ...(hint === undefined ? {} : { hint }),
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
  async complete(
    parameters: RequestParameters,
    options: { action: string; browser: Browser },
  ): Promise<SignInAnswer> {
    const { action, browser } = options
    const opened = this.#context.sealed.open('sign-in', parameters.require('request'))
    if (opened.kind !== 'good') throw signInExpired()
    const { content } = opened
    const application = this.#application(textOf(content, 'clientId'))
    const isDeclined = parameters.get('decline') !== undefined
    try {
      const user = isDeclined ? undefined : await this.#signedIn(application, parameters)
      const session = this.#sessions.read(browser)
      const answer =
        textOf(content, 'userCode') === ''
          ? this.#sendCode(content, user && { user, sessionId: session.id })
          : await this.#finishDevice(content, user)
      return user
        ? { ...answer, cookie: this.#sessions.cookieWith(session, user, browser) }
        : answer
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      return this.#choosePerson(application, { action, content, notice: error.message })
    }
  }

  /** Ends the session of the browser; the application may say where the person goes then. */
  signOut(parameters: RequestParameters, browser: Browser): SignInAnswer {
    const cookie = this.#sessions.endingCookie(browser)
    const asked = parameters.get('post_logout_redirect_uri')
    const isKnown = this.#context.directory
      .applications()
      .some((application) => asked !== undefined && redirectKind(application, asked) !== undefined)
    if (asked === undefined || !isKnown) {
      const page = messagePage('Signed out', 'You signed out of your account.')
      return { kind: 'page', page, cookie }
    }
    const location = new URL(asked)
    const state = parameters.exact('state')
    if (state !== undefined) location.searchParams.set('state', state)
    return { kind: 'redirect', location: location.href, cookie }
  }

  /** Who of those signed in in the browser goes on without being asked. */
  #signedInBefore(
    { users }: BrowserSession,
    prompt: Prompt | undefined,
    hint: string | undefined,
  ): User | undefined {
    if (prompt === 'login' || prompt === 'select_account' || prompt === 'create') return undefined
    const wanted = hint?.toLowerCase()
    const fitting = users.filter(
      (user) => wanted === undefined || user.userPrincipalName.toLowerCase() === wanted,
    )
    const [only] = fitting
    if (only && fitting.length === 1) return only
    if (prompt === 'none') throw only ? signInAmbiguous() : signInRequired()
    return undefined
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
    this.#checkAssigned(application, user)
    return user
  }

  #checkAssigned(application: Application, user: User): void {
    const { directory } = this.#context
    const principal = directory.servicePrincipal(application.appId)
    const isAssigned = directory.isAssigned(user.objectId, application.appId)
    if (principal?.appRoleAssignmentRequired && !isAssigned) {
      throw userNotAssigned(application.displayName)
    }
  }

  #sendCode(
    content: JsonObject,
    signedIn: { user: User; sessionId: string } | undefined,
  ): SignInAnswer {
    const place = placeOf(content)
    if (!signedIn) {
      const { code, message, details } = signInDeclined()
      return respond(place, {
        error: textOf(details, 'error'),
        error_description: `${code}: ${message}`,
      })
    }
    const code = this.#context.sealed.seal(
      'code',
      // Two codes for the same request are two codes.
      { ...content, userId: signedIn.user.objectId, id: randomBytes(8).toString('hex') },
      authorizationCodeLifeMs,
    )
    return respond(place, { code, session_state: signedIn.sessionId })
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

/** Where the answer to a request goes. */
function placeOf(content: JsonObject): ResponsePlace {
  const mode = textOf(content, 'responseMode')
  return {
    redirectUri: textOf(content, 'redirectUri'),
    responseMode: mode === 'fragment' || mode === 'form_post' ? mode : 'query',
    state: content['hasState'] === true ? textOf(content, 'state') : undefined,
  }
}
