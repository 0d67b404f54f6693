// Survives a crash: the session of a browser, which carries it in a cookie that is sealed by a key in the store.
import { parse, serialize } from 'cookie'
import { newUuid } from '../../base/ids.ts'
import type { User } from './application.ts'
import type { Directory } from './directory.ts'
import { textOf, textsOf } from './json-reader.ts'
import { browserSessionLifeMs, sessionUserCountMax } from './limits.ts'
import type { SealedGrants } from './sealed-grants.ts'

/** Who is signed in in a browser: https://learn.microsoft.com/entra/identity/authentication/concept-authentication-web-browser-cookies */
export interface BrowserSession {
  readonly id: string
  /** Who signed in last comes first. */
  readonly users: readonly User[]
}

/** How the browser reaches this instance. */
export interface Browser {
  readonly cookieHeader: string | undefined
  readonly isSecure: boolean
}

const cookieName = 'ESTSAUTH'

/** Reads and writes the cookie by which a person does not have to sign in twice. */
export class BrowserSessions {
  readonly #sealed: SealedGrants
  readonly #directory: Directory

  constructor(options: { sealed: SealedGrants; directory: Directory }) {
    this.#sealed = options.sealed
    this.#directory = options.directory
  }

  /** The session of a browser; an empty one with a new id when there is none. */
  read({ cookieHeader }: Browser): BrowserSession {
    const opened = this.#sealed.open('session', parse(cookieHeader ?? '')[cookieName] ?? '')
    if (opened.kind !== 'good') return { id: newUuid(), users: [] }
    // Who has left the directory since then is signed in no more.
    const users = textsOf(opened.content, 'userIds').flatMap(
      (id) => this.#directory.findUser(id) ?? [],
    )
    return { id: textOf(opened.content, 'id'), users }
  }

  /** The cookie of a session in which a person has signed in. */
  cookieWith(session: BrowserSession, user: User, browser: Browser): string {
    const others = session.users.filter(({ objectId }) => objectId !== user.objectId)
    const userIds = [user, ...others].slice(0, sessionUserCountMax).map(({ objectId }) => objectId)
    const value = this.#sealed.seal('session', { id: session.id, userIds }, browserSessionLifeMs)
    return serialize(cookieName, value, attributesFor(browser))
  }

  /** The cookie that ends the session. */
  endingCookie(browser: Browser): string {
    return serialize(cookieName, '', { ...attributesFor(browser), maxAge: 0 })
  }
}

// Applications renew their tokens in a frame on their own page, where only such a cookie is sent.
function attributesFor({ isSecure }: Browser): {
  httpOnly: true
  path: string
  secure: boolean
  sameSite: 'none' | 'lax'
} {
  return { httpOnly: true, path: '/', secure: isSecure, sameSite: isSecure ? 'none' : 'lax' }
}
