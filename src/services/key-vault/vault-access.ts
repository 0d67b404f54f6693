import { forbiddenByPolicy, forbiddenByRole } from './errors.ts'
import type { Vault } from './vault.ts'

/** Who calls, as the token says. */
export interface Caller {
  readonly objectId: string
  readonly appId: string
  readonly issuer: string
  readonly tenantId: string
}

/** What a call needs: https://learn.microsoft.com/azure/key-vault/general/rbac-guide */
export type SecretAction =
  | 'get'
  | 'list'
  | 'set'
  | 'update'
  | 'delete'
  | 'recover'
  | 'purge'
  | 'read deleted'

/** Says whether a principal has a role on the resource, or on what holds it, that allows the data action. */
export type RoleCheck = (request: {
  readonly principalId: string
  readonly resourceId: string
  readonly dataAction: string
}) => Promise<boolean>

const dataActions: Readonly<Record<SecretAction, string>> = {
  get: 'getSecret/action',
  list: 'readMetadata/action',
  set: 'setSecret/action',
  update: 'update/action',
  delete: 'delete',
  recover: 'recover/action',
  purge: 'purge/action',
  'read deleted': 'readMetadata/action',
}

/** An access policy has no word of its own for every action. */
const permissions: Readonly<Record<SecretAction, string>> = {
  get: 'get',
  list: 'list',
  set: 'set',
  update: 'set',
  delete: 'delete',
  recover: 'recover',
  purge: 'purge',
  'read deleted': 'get',
}

/** Lets nobody at a secret whom neither a role nor an access policy allows it; throws Azure's 403. */
export async function checkAccess(
  vault: Vault,
  call: {
    readonly caller: Caller
    readonly action: SecretAction
    /** Absent for an action on all secrets. */
    readonly secret?: string
  },
  hasRole: RoleCheck,
): Promise<void> {
  const { caller, action, secret } = call
  const told = {
    caller: `appid=${caller.appId};oid=${caller.objectId};iss=${caller.issuer}`,
    vault: `${vault.name};location=${vault.location}`,
  }
  if (!vault.usesRoles) {
    const permission = permissions[action]
    if (isGranted(vault, caller, permission)) return
    throw forbiddenByPolicy({ ...told, permission })
  }
  const resourceId = secret === undefined ? vault.resourceId : secretResourceId(vault, secret)
  const dataAction = `Microsoft.KeyVault/vaults/secrets/${dataActions[action]}`
  if (await hasRole({ principalId: caller.objectId, resourceId, dataAction })) return
  throw forbiddenByRole({ ...told, action: dataAction, resourceId })
}

function secretResourceId(vault: Vault, secret: string): string {
  return `${vault.resourceId}/secrets/${secret}`
}

function isGranted(vault: Vault, caller: Caller, permission: string): boolean {
  return vault.accessPolicies.some(
    ({ objectId, tenantId, secrets }) =>
      objectId === caller.objectId.toLowerCase() &&
      tenantId === caller.tenantId.toLowerCase() &&
      (secrets.includes(permission) || secrets.includes('all')),
  )
}
