import { messageOf } from '../../../base/errors.ts'
import { stringMember } from '../../../base/json.ts'
import type { PolicyAuthorization } from '../../../languages/csharp/policy-context.ts'
import { InvalidToken } from '../../../protocols/auth/invalid-token.ts'
import { decodeJwt } from '../../../protocols/auth/jwt.ts'
import { signatureAlgorithms } from '../../../protocols/auth/signature-algorithm.ts'
import { type ConnectionGrant, connectionOf, grantOf } from '../authorization.ts'
import type { GatewayCall } from '../gateway/gateway-call.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/get-authorization-context-policy */
export const getAuthorizationContext: PolicyDefinition = {
  name: 'get-authorization-context',
  sections: ['inbound'],
  attributes: [
    'provider-id',
    'authorization-id',
    'context-variable-name',
    'identity-type',
    'identity',
    'ignore-error',
  ],
  compile(source) {
    const provider = source.requiredText('provider-id')
    const authorization = source.requiredText('authorization-id')
    const variable = source.requiredText('context-variable-name')
    const identityType = source.choice('identity-type', ['managed', 'jwt'])
    const identity = source.text('identity')
    const ignoreError = source.flag('ignore-error')
    if (identityType?.constant === 'jwt' && !identity) {
      throw source.fault("'identity' is missing for identity-type 'jwt'.")
    }
    return async (call) => {
      const name = variable.read(call)
      try {
        const names = [provider.read(call), authorization.read(call)] as const
        const token = identityType?.read(call) === 'jwt' ? (identity?.read(call) ?? '') : undefined
        call.variables.set(name, await authorizationOf(call, names, token))
      } catch (error) {
        if (!ignoreError?.read(call)) throw failed(error)
        call.variables.set(name, null)
      }
    }
  },
}

/** What the tokens of callers must be for: https://learn.microsoft.com/azure/api-management/get-authorization-context-policy#attributes */
const audience = 'https://azure-api.net/authorization-manager'

async function authorizationOf(
  call: GatewayCall,
  [provider, id]: readonly [string, string],
  token: string | undefined,
): Promise<PolicyAuthorization> {
  const { parts } = call
  const holder = parts.entity('authorizationProviders', [provider])
  const authorization = parts.entity('authorizationProviders/authorizations', [provider, id])
  if (!holder || !authorization) {
    throw new Error(`The authorization '${provider}/${id}' could not be found.`)
  }
  const grants = parts
    .entities(`${authorization.kind}/accessPolicies`, authorization.names)
    .map(grantOf)
  const caller =
    token === undefined ? await ownIdentity(call) : await tokenIdentity(call, token, grants)
  // Closed by default: who has no access policy gets no token.
  if (!grants.some((each) => each.objectId === caller)) {
    throw new Error(`The identity has no access policy of the authorization '${provider}/${id}'.`)
  }
  const { accessToken, answer } = await parts.connections.get(
    connectionOf(holder, authorization),
    call.trace,
  )
  const claims = Object.entries(answer).filter(([, value]) => typeof value !== 'object')
  return { typeName: 'Authorization', accessToken, claims: new Map(claims) }
}

// The object id of the service's own identity, as its tokens tell it.
async function ownIdentity({ parts }: GatewayCall): Promise<string> {
  const token = await parts.managedIdentityToken({ resource: audience })
  return stringMember(decodeJwt(token).claims, 'oid') ?? ''
}

async function tokenIdentity(
  call: GatewayCall,
  token: string,
  grants: readonly ConnectionGrant[],
): Promise<string> {
  const tenant = stringMember(decodeJwt(token).claims, 'tid') ?? ''
  // Only tenants that somebody was granted access in are asked for their keys.
  if (!grants.some((each) => each.tenantId === tenant)) {
    throw new Error('The token is of a tenant without an access policy.')
  }
  const login = 'https://login.microsoftonline.com'
  const jwt = await call.parts.tokens.verify(
    token,
    {
      metadataUrls: [`${login}/${tenant}/v2.0/.well-known/openid-configuration`],
      keys: noKeys,
      issuers: [`${login}/${tenant}/v2.0`, `https://sts.windows.net/${tenant}/`],
    },
    { rules: { algorithms: signatureAlgorithms, audiences: [audience] }, trace: call.trace },
  )
  return stringMember(jwt.claims, 'oid') ?? ''
}

const noKeys: readonly never[] = []

function failed(cause: unknown): PolicyError {
  const reason = cause instanceof InvalidToken ? 'InvalidToken' : 'GetAuthorizationContextFailed'
  const fault = { source: 'get-authorization-context', reason, message: messageOf(cause) }
  return new PolicyError({ ...fault, status: 500, answer: 'Internal server error' }, { cause })
}
