import { createHash } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { randomHex } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { signJwt } from '../../protocols/auth/jwt.ts'
import type { User } from './application.ts'
import { accessTokenLifeMs, tokenBackdatingMs } from './limits.ts'
import type { TokenResource } from './resource-scope.ts'
import type { SigningKeys } from './signing-keys.ts'
import { issuerOf } from './tenant.ts'
import type { Tenant } from './tenant.ts'

/** How a client proved who it is, as the claims `appidacr` and `azpacr` say it. */
export type ClientProof = 'none' | 'secret' | 'certificate'

/** The application that a token is given to. */
export interface TokenClient {
  readonly appId: string
  readonly proof: ClientProof
}

/** A token, and how long it is valid. */
export interface IssuedToken {
  readonly token: string
  readonly lifeSeconds: number
  /** The `exp` of the token. */
  readonly expiresOnSeconds: number
}

/** An access token for an application itself. */
export interface ApplicationToken {
  readonly client: TokenClient
  readonly resource: TokenResource
  /** Object id of its service principal. */
  readonly principalId: string
  readonly roles: readonly string[]
  readonly lifeMs?: number
  /** The resource whose identity it is. */
  readonly managedResourceId?: string
}

/** An access token for an application that acts for a user. */
export interface UserToken {
  readonly client: TokenClient
  readonly resource: TokenResource
  readonly user: User
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
}

/** Writes and signs tokens with the claims of https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
export class TokenIssuer {
  readonly #tenant: Tenant
  readonly #keys: SigningKeys
  readonly #clock: Clock

  constructor(options: { tenant: Tenant; keys: SigningKeys; clock: Clock }) {
    this.#tenant = options.tenant
    this.#keys = options.keys
    this.#clock = options.clock
  }

  forApplication(request: ApplicationToken): IssuedToken {
    const { client, resource, principalId, roles } = request
    const { lifeMs = accessTokenLifeMs, managedResourceId } = request
    return this.#sign(resource.tokenVersion, lifeMs, {
      aud: resource.audience,
      ...clientClaims(client, resource.tokenVersion),
      ...(resource.tokenVersion === 1 ? { idp: this.#issuer(1), idtyp: 'app' } : {}),
      oid: principalId,
      ...(roles.length > 0 ? { roles: [...roles] } : {}),
      sub: principalId,
      ...(managedResourceId === undefined ? {} : { xms_mirid: managedResourceId }),
    })
  }

  forUser(request: UserToken): IssuedToken {
    const { client, resource, user, scopes, roles } = request
    const version = resource.tokenVersion
    return this.#sign(version, accessTokenLifeMs, {
      aud: resource.audience,
      ...(version === 1 ? { acr: '1', amr: ['pwd'] } : {}),
      ...clientClaims(client, version),
      ...nameClaims(user, version),
      oid: user.objectId,
      ...(roles.length > 0 ? { roles: [...roles] } : {}),
      scp: scopes.join(' '),
      sub: pairwiseSubject(user, resource.appId),
    })
  }

  /** https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
  idToken(request: {
    client: TokenClient
    user: User
    version: 1 | 2
    nonce?: string
    roles: readonly string[]
  }): IssuedToken {
    const { client, user, version, nonce, roles } = request
    return this.#sign(version, accessTokenLifeMs, {
      aud: client.appId,
      ...nameClaims(user, version),
      ...(nonce === undefined ? {} : { nonce }),
      oid: user.objectId,
      ...(roles.length > 0 ? { roles: [...roles] } : {}),
      sub: pairwiseSubject(user, client.appId),
    })
  }

  #sign(version: 1 | 2, lifeMs: number, claims: JsonObject): IssuedToken {
    const nowMs = this.#clock.now()
    const fromSeconds = Math.floor((nowMs - tokenBackdatingMs) / 1000)
    const expiresOnSeconds = Math.floor((nowMs + lifeMs) / 1000)
    const { kid, privateKey } = this.#keys.current()
    const token = signJwt({
      header: version === 1 ? { x5t: kid, kid } : { kid },
      claims: {
        iss: this.#issuer(version),
        iat: fromSeconds,
        nbf: fromSeconds,
        exp: expiresOnSeconds,
        ...claims,
        tid: this.#tenant.id,
        uti: Buffer.from(randomHex(16), 'hex').toString('base64url'),
        ver: `${version}.0`,
      },
      algorithm: 'RS256',
      key: privateKey,
    })
    // One second less than the token has: a caller that waits for the end is never late.
    return { token, lifeSeconds: Math.floor(lifeMs / 1000) - 1, expiresOnSeconds }
  }

  #issuer(version: 1 | 2): string {
    return issuerOf(this.#tenant.id, version)
  }
}

function clientClaims({ appId, proof }: TokenClient, version: 1 | 2): JsonObject {
  const strength = { none: '0', secret: '1', certificate: '2' }[proof]
  return version === 1 ? { appid: appId, appidacr: strength } : { azp: appId, azpacr: strength }
}

function nameClaims(user: User, version: 1 | 2): JsonObject {
  const { displayName, userPrincipalName, givenName, surname } = user
  if (version === 2) return { name: displayName, preferred_username: userPrincipalName }
  return {
    ...(surname === undefined ? {} : { family_name: surname }),
    ...(givenName === undefined ? {} : { given_name: givenName }),
    name: displayName,
    unique_name: userPrincipalName,
    upn: userPrincipalName,
  }
}

/** The same person has another subject in every application. */
function pairwiseSubject(user: User, appId: string): string {
  return createHash('sha256').update(`${user.objectId} ${appId}`).digest('base64url')
}
