import type { Clock } from '../../base/clock.ts'
import { type JsonObject, stringMember } from '../../base/json.ts'
import { InvalidToken } from '../../protocols/auth/invalid-token.ts'
import { checkClaims, checkSignature, decodeJwt } from '../../protocols/auth/jwt.ts'
import type { Directory } from './directory.ts'
import { userInfoTokenInvalid } from './errors.ts'
import type { SigningKeys } from './signing-keys.ts'
import { issuerOf, type Tenant } from './tenant.ts'

const audiences = ['https://graph.microsoft.com', '00000003-0000-0000-c000-000000000000']

/** Tells an application who signed in: https://learn.microsoft.com/entra/identity-platform/userinfo */
export function userInfo(
  entra: { keys: SigningKeys; directory: Directory; tenant: Tenant; clock: Clock },
  authorization: string | undefined,
): JsonObject {
  const { keys, directory, tenant, clock } = entra
  const [, token = ''] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? []
  try {
    const jwt = decodeJwt(token)
    checkSignature(jwt, keys.keySet(), ['RS256'])
    const issuers = [issuerOf(tenant.id, 1), issuerOf(tenant.id, 2)]
    checkClaims(jwt, { algorithms: ['RS256'], audiences, issuers }, clock.now())
    const { claims } = jwt
    const scopes = (stringMember(claims, 'scp') ?? '').split(' ')
    const user = directory.findUser(stringMember(claims, 'oid') ?? '')
    if (!user || !scopes.includes('openid')) throw userInfoTokenInvalid()
    const { displayName: name, givenName, surname, userPrincipalName } = user
    return {
      sub: stringMember(claims, 'sub') ?? '',
      name,
      ...(surname === undefined ? {} : { family_name: surname }),
      ...(givenName === undefined ? {} : { given_name: givenName }),
      ...(scopes.includes('email') ? { email: userPrincipalName } : {}),
    }
  } catch (error) {
    throw error instanceof InvalidToken ? userInfoTokenInvalid(error) : error
  }
}
