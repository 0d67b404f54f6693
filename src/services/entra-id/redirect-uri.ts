import type { Application, RedirectUris } from './application.ts'
import { redirectUriMissing, redirectUriUnknown } from './errors.ts'

/** The kinds of program that wait at a redirect URI. */
export type RedirectKind = keyof RedirectUris

const kinds = ['web', 'spa', 'publicClient'] as const

/**
 * The kind of a redirect URI of the application, or `undefined`. On localhost the port does not count, since
 * a program on a device takes whichever is free. https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions
 */
export function redirectKind(
  { redirectUris }: Application,
  redirectUri: string,
): RedirectKind | undefined {
  return kinds.find((kind) =>
    redirectUris[kind].some((known) => known === redirectUri || isSameButPort(known, redirectUri)),
  )
}

/** The redirect URI of a request, which must be registered; the only one may be left out. */
export function chooseRedirectUri(application: Application, asked: string | undefined): string {
  if (asked === undefined) {
    const all = kinds.flatMap((kind) => application.redirectUris[kind])
    const [only] = all
    if (only === undefined || all.length > 1) throw redirectUriMissing(application.appId)
    return only
  }
  if (redirectKind(application, asked) === undefined) {
    throw redirectUriUnknown(asked, application.appId)
  }
  return asked
}

function isSameButPort(known: string, asked: string): boolean {
  if (!URL.canParse(known) || !URL.canParse(asked)) return false
  const [one, other] = [new URL(known), new URL(asked)]
  const isLocal = ['localhost', '127.0.0.1'].includes(one.hostname) && one.protocol === 'http:'
  const isClean = other.username === '' && other.password === '' && other.hash === ''
  one.port = ''
  other.port = ''
  return isLocal && isClean && one.href === other.href
}
