import { createHash, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { stringMember } from '../../base/json.ts'
import { InvalidToken } from '../../protocols/auth/invalid-token.ts'
import { audiencesOf, checkClaims, checkSignature, decodeJwt } from '../../protocols/auth/jwt.ts'
import type { Jwt } from '../../protocols/auth/jwt.ts'
import { KeySet } from '../../protocols/auth/key-set.ts'
import { certificateOf } from './application.ts'
import type { Application } from './application.ts'
import type { Directory } from './directory.ts'
import {
  applicationNotFound,
  assertionAudience,
  assertionExpired,
  assertionKeyUnknown,
  assertionSubject,
  expiredSecret,
  assertionMalformed,
  invalidSecret,
  parameterMissing,
  servicePrincipalMissing,
} from './errors.ts'
import { clientAssertionLifeMs, tokenBackdatingMs } from './limits.ts'
import { issuerHost } from './tenant.ts'
import type { Tenant } from './tenant.ts'
import type { ClientProof } from './token-issuer.ts'

/** What a request says about who sends it. */
export interface ClientCredentials {
  readonly clientId?: string
  readonly secret?: string
  readonly assertion?: string
  readonly assertionType?: string
}

/** An application, and how it proved that it is that one. */
export interface AuthenticatedClient {
  readonly application: Application
  readonly proof: ClientProof
}

/** Checks secrets and assertions: https://learn.microsoft.com/entra/identity-platform/certificate-credentials */
export class ClientAuthentication {
  readonly #directory: Directory
  readonly #tenant: Tenant
  readonly #clock: Clock

  constructor(options: { directory: Directory; tenant: Tenant; clock: Clock }) {
    this.#directory = options.directory
    this.#tenant = options.tenant
    this.#clock = options.clock
  }

  /** The application of a request; one without a credential has the proof `none`. */
  authenticate(credentials: ClientCredentials): AuthenticatedClient {
    const { assertion, secret } = credentials
    const clientId = credentials.clientId ?? clientOf(assertion)
    if (clientId === undefined) throw parameterMissing('client_id')
    const application = this.#directory.application(clientId)
    if (!application) throw applicationNotFound(clientId, this.#tenant.displayName)
    if (!this.#directory.servicePrincipal(application.appId)) {
      throw servicePrincipalMissing(application.appId, this.#tenant.id)
    }
    if (assertion !== undefined) {
      this.#checkAssertion(application, assertion, credentials.assertionType)
      return { application, proof: 'certificate' }
    }
    if (secret === undefined) return { application, proof: 'none' }
    this.#checkSecret(application, secret)
    return { application, proof: 'secret' }
  }

  #checkSecret(application: Application, secret: string): void {
    const match = application.secrets.filter(({ value }) => isSame(value, secret))
    if (match.length === 0) throw invalidSecret(application.appId)
    const isExpired = match.every(({ endMs }) => endMs <= this.#clock.now())
    if (isExpired) throw expiredSecret(application.appId)
  }

  #checkAssertion(application: Application, text: string, type: string | undefined): void {
    if (type === undefined) throw parameterMissing('client_assertion_type')
    if (type !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') {
      throw assertionMalformed('The client assertion type is not supported.')
    }
    const token = decodeAssertion(text)
    try {
      checkSignature(token, keysFor(application, token), ['RS256', 'PS256', 'ES256'])
      const nowMs = this.#clock.now()
      checkClaims(token, { algorithms: [], clockSkewMs: tokenBackdatingMs }, nowMs)
      const { exp } = token.claims
      if (
        typeof exp === 'number' &&
        exp * 1000 > nowMs + clientAssertionLifeMs + tokenBackdatingMs
      ) {
        throw assertionExpired()
      }
    } catch (error) {
      throw error instanceof InvalidToken ? assertionFault(error, application.appId) : error
    }
    const { sub, iss } = token.claims
    if (sub !== application.appId || iss !== application.appId) throw assertionSubject()
    const isForUs = audiencesOf(token.claims).some((audience) => this.#isAudience(audience))
    if (!isForUs) throw assertionAudience()
  }

  /** The token address or the issuer, at Entra's own host or at the one this instance listens on. */
  #isAudience(audience: string): boolean {
    if (!URL.canParse(audience)) return false
    const { hostname, pathname } = new URL(audience)
    const isHost = [issuerHost, 'sts.windows.net', 'localhost', '127.0.0.1'].includes(hostname)
    const [, tenant = '', ...rest] = pathname.toLowerCase().split('/')
    const isTenant = [this.#tenant.id, this.#tenant.domain, 'common', 'organizations'].includes(
      tenant,
    )
    const path = rest.join('/')
    return isHost && isTenant && ['', 'v2.0', 'oauth2/token', 'oauth2/v2.0/token'].includes(path)
  }
}

/** Compares without telling by its duration how much was right. */
export function isSame(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(one), hash(other))
}

function clientOf(assertion: string | undefined): string | undefined {
  if (assertion === undefined) return undefined
  return stringMember(decodeAssertion(assertion).claims, 'sub')
}

function decodeAssertion(text: string): Jwt {
  try {
    return decodeJwt(text)
  } catch (error) {
    throw error instanceof InvalidToken ? assertionMalformed(error.message) : error
  }
}

/** Assertions name their certificate by its thumbprint: `x5t`, `x5t#S256`, or `kid` in either form. */
function keysFor(application: Application, { header }: Jwt): KeySet {
  const names = ['x5t', 'x5t#S256', 'kid'].flatMap((name) => stringMember(header, name) ?? [])
  const certificates = application.certificates.map(certificateOf)
  const fitting = certificates.filter(({ raw }) => {
    const sha1 = createHash('sha1').update(raw).digest()
    const sha256 = createHash('sha256').update(raw).digest()
    const prints = [sha1, sha256].flatMap((print) => [
      print.toString('base64url'),
      print.toString('hex').toUpperCase(),
    ])
    return names.some((name) => prints.includes(name) || prints.includes(name.toUpperCase()))
  })
  // The certificates were chosen by thumbprint, so that the `kid` of the header has nothing more to say.
  const kid = stringMember(header, 'kid')
  return new KeySet(
    fitting.map(({ publicKey }) => ({ key: publicKey, ...(kid === undefined ? {} : { kid }) })),
  )
}

function assertionFault(error: InvalidToken, appId: string): Error {
  switch (error.fault) {
    case 'key':
    case 'signature':
      return assertionKeyUnknown(appId)
    case 'expired':
    case 'not-yet-valid':
    case 'expiry-missing':
      return assertionExpired()
    case 'malformed':
    case 'type':
    case 'algorithm':
    case 'unsigned':
    case 'issuer':
    case 'audience':
      return assertionMalformed(error.message)
  }
}
