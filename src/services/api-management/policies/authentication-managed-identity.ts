import type { GatewayCall } from '../gateway/gateway-call.ts'
import type { HeaderList } from '../gateway/header-list.ts'
import { messageOf } from '../../../base/errors.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicySource } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/authentication-managed-identity-policy */
export const authenticationManagedIdentity: PolicyDefinition = {
  name: 'authentication-managed-identity',
  sections: ['inbound'],
  attributes: ['resource', 'client-id', 'output-token-variable-name', 'ignore-error'],
  compile(source) {
    const identify = compileIdentity(source)
    return (call) => identify(call, call.request.headers)
  },
}

/** The same element stands inside `send-request`, where it is for that request. */
export function compileIdentity(
  source: PolicySource,
): (call: GatewayCall, headers: HeaderList) => Promise<void> {
  const resource = source.requiredText('resource')
  const clientId = source.text('client-id')
  const variable = source.text('output-token-variable-name')
  const ignoreError = source.flag('ignore-error')
  return async (call, headers) => {
    try {
      const token = await call.parts.managedIdentityToken({
        resource: resource.read(call),
        ...(clientId ? { clientId: clientId.read(call) } : {}),
      })
      if (variable) call.variables.set(variable.read(call), token)
      else headers.set('Authorization', [`Bearer ${token}`])
    } catch (cause) {
      if (!ignoreError?.read(call)) throw noToken(cause)
      if (variable) call.variables.set(variable.read(call), null)
    }
  }
}

function noToken(cause: unknown): PolicyError {
  return new PolicyError(
    {
      source: 'authentication-managed-identity',
      reason: 'ManagedIdentityTokenFailure',
      message: `No token of the managed identity: ${messageOf(cause)}`,
      status: 500,
      answer: 'Internal server error',
    },
    { cause },
  )
}
