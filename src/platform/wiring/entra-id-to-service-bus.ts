/**
 * Tokens of Entra ID and role assignments of the template -> who may send, receive and administer in a namespace.
 * https://learn.microsoft.com/azure/service-bus-messaging/service-bus-managed-service-identity
 */
import { stringMember } from '../../base/json.ts'
import { InvalidToken } from '../../protocols/auth/invalid-token.ts'
import type { ServiceBusIdentity } from '../../services/service-bus/access.ts'
import { unauthorized } from '../../services/service-bus/errors.ts'
import type { AllowedActions, RoleAccess } from './role-access.ts'

const audiences = [
  'https://servicebus.azure.net',
  'https://servicebus.azure.net/',
  '80a10ef9-8168-493d-abf9-3297c4ef6e3c',
]

const messages = 'Microsoft\\.ServiceBus/namespaces/messages'

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/integration */
export const serviceBusRoles: AllowedActions = {
  '090c5cfd-751d-490a-894a-3ce6f1109419': /^Microsoft\.ServiceBus\//i, // Azure Service Bus Data Owner
  '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39': new RegExp(`^${messages}/send/action$`, 'i'), // Azure Service Bus Data Sender
  '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0': new RegExp(`^${messages}/receive/action$`, 'i'), // Azure Service Bus Data Receiver
}

export function serviceBusIdentity(access: RoleAccess): ServiceBusIdentity {
  return {
    verifyToken: (token) => {
      try {
        const claims = access.claimsOf(token, audiences)
        const { exp } = claims
        return {
          objectId: stringMember(claims, 'oid') ?? '',
          expiresAtMs: typeof exp === 'number' ? exp * 1000 : 0,
        }
      } catch (error) {
        if (error instanceof InvalidToken) throw unauthorized(`InvalidToken: ${error.message}`)
        throw error
      }
    },
    allows: (wanted) => access.allows(wanted, serviceBusRoles),
  }
}
