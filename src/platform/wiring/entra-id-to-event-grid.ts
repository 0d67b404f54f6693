/**
 * Tokens of Entra ID and role assignments of the template -> who may send events to a topic.
 * https://learn.microsoft.com/azure/event-grid/authenticate-with-microsoft-entra-id
 */
import { stringMember, type JsonObject } from '../../base/json.ts'
import { InvalidToken } from '../../protocols/auth/invalid-token.ts'
import { bearerUnreadable, senderForbidden } from '../../services/event-grid/errors.ts'
import type { VerifySender } from '../../services/event-grid/publish-access.ts'
import type { AllowedActions, RoleAccess } from './role-access.ts'

const audiences = ['https://eventgrid.azure.net', 'https://eventgrid.azure.net/']
const action = 'Microsoft.EventGrid/events/send/action'

export const senderRoles: AllowedActions = {
  'd5a91429-5739-47e2-a06b-3470a27159e7': /^Microsoft\.EventGrid\/events\/send\/action$/i, // EventGrid Data Sender
  '1e241071-0855-49ea-94dc-649edcd759de': /^Microsoft\.EventGrid\/events\/send\/action$/i, // EventGrid Contributor
}

export function senderCheck(access: RoleAccess): VerifySender {
  const check = principalCheck(access)
  return ({ token, resourceId }) =>
    check(stringMember(claimsOf(access, token), 'oid') ?? '', resourceId)
}

/** Throws unless a principal may send events to a topic. */
export type CheckPrincipal = (principalId: string, resourceId: string) => Promise<void>

/** The same for who acts without a token: a connection of a workflow by identity. */
export function principalCheck(access: RoleAccess): CheckPrincipal {
  return async (principalId, resourceId) => {
    if (!(await access.allows({ principalId, resourceId, action }, senderRoles)))
      throw senderForbidden(resourceId)
  }
}

function claimsOf(access: RoleAccess, token: string): JsonObject {
  try {
    return access.claimsOf(token, audiences)
  } catch (error) {
    if (error instanceof InvalidToken) throw bearerUnreadable()
    throw error
  }
}
