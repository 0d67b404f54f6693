import { CallUrl } from '../gateway/call-url.ts'
import type { GatewayCall } from '../gateway/gateway-call.ts'
import { PolicyError, type PolicyScope } from '../gateway/policy-error.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/set-backend-service-policy */
export const setBackendService: PolicyDefinition = {
  name: 'set-backend-service',
  sections: ['inbound', 'backend'],
  attributes: ['base-url', 'backend-id'],
  compile(source) {
    const baseUrl = source.text('base-url')
    const backendId = source.text('backend-id')
    if (!baseUrl === !backendId) {
      throw source.fault("either 'base-url' or 'backend-id' must be set.")
    }
    const known = backendId?.constant
    if (known !== undefined && !source.environment.backend(known)) {
      throw source.fault(`Backend with id '${known}' could not be found.`, 'backend-id')
    }
    if (baseUrl?.constant !== undefined && !URL.canParse(baseUrl.constant)) {
      throw source.fault(`'${baseUrl.constant}' is not a URL.`, 'base-url')
    }
    const { scope } = source.environment
    return (call) => {
      if (backendId) useBackend(call, scope, backendId.read(call))
      else useAddress(call, baseUrl?.read(call) ?? '')
    }
  },
}

function useBackend(call: GatewayCall, scope: PolicyScope, id: string): void {
  const backend = call.partsAt(scope).backend(id)
  if (!backend) {
    throw badConfiguration(`Backend with id '${id}' could not be found.`)
  }
  call.target.backend = backend
  call.target.isDeclared = true
  call.target.base = backend.url === '' ? undefined : CallUrl.parse(backend.url)
}

function useAddress(call: GatewayCall, address: string): void {
  if (!URL.canParse(address)) throw badConfiguration(`'${address}' is not a URL.`)
  const own = call.api.serviceUrl
  call.target.backend = undefined
  call.target.isDeclared = own !== undefined && new URL(own).origin === new URL(address).origin
  call.target.base = CallUrl.parse(address.replace(/\/+$/, ''))
}

function badConfiguration(message: string): PolicyError {
  return new PolicyError({
    source: 'set-backend-service',
    reason: 'BackendNotFound',
    message,
    status: 500,
    answer: 'Internal server error',
  })
}
