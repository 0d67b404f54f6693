import { managementRoles } from './entra-id-to-management.ts'
import { serviceBusRoles } from './entra-id-to-service-bus.ts'
import { senderRoles } from './entra-id-to-event-grid.ts'
import { storageRoles } from './entra-id-to-storage.ts'
import { vaultRoles } from './entra-id-to-key-vault.ts'
import type { AllowedActions } from './role-access.ts'

const tables: readonly AllowedActions[] = [
  managementRoles,
  senderRoles,
  serviceBusRoles,
  storageRoles,
  vaultRoles,
]

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const names: Readonly<Record<string, string>> = {
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635': 'Owner',
  'b24988ac-6180-42a0-ab88-20f7382dd24c': 'Contributor',
  'acdd72a7-3385-48ef-bd42-f606fba81ae7': 'Reader',
  '312a565d-c81f-4fd8-895a-4e21e48d571c': 'API Management Service Contributor',
  '71522526-b88f-4d52-b57f-d31fc3546d0d': 'API Management Service Reader Role',
  'd5a91429-5739-47e2-a06b-3470a27159e7': 'EventGrid Data Sender',
  '1e241071-0855-49ea-94dc-649edcd759de': 'EventGrid Contributor',
  '428e0ff0-5e57-4d9c-a221-2c70d0e0a443': 'EventGrid EventSubscription Contributor',
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1': 'Storage Blob Data Reader',
  'db58b8e5-c6ad-4a2a-8342-4190687cbf4a': 'Storage Blob Delegator',
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': 'Storage Queue Data Contributor',
  '19e7f393-937e-4f77-808e-94535e297925': 'Storage Queue Data Reader',
  'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a': 'Storage Queue Data Message Sender',
  '8a0f0c08-91a1-4084-bc3d-661d67233fed': 'Storage Queue Data Message Processor',
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': 'Storage Table Data Contributor',
  '76199698-9eea-4c19-bc75-cec21354c6b6': 'Storage Table Data Reader',
  '00482a5a-887f-4fb3-b363-3b7fe8e74483': 'Key Vault Administrator',
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7': 'Key Vault Secrets Officer',
  '4633458b-17de-408a-b874-0445c86b69e6': 'Key Vault Secrets User',
  'db79e9a7-68ee-4b58-9aeb-b90e7c24fcba': 'Key Vault Certificate User',
  '21090545-7ca7-4776-b22c-e363652d74d2': 'Key Vault Reader',
  '090c5cfd-751d-490a-894a-3ce6f1109419': 'Azure Service Bus Data Owner',
  '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39': 'Azure Service Bus Data Sender',
  '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0': 'Azure Service Bus Data Receiver',
}

/** The name of a built-in role by its GUID, and whether any service asks for it here. */
export function builtInRole(id: string): { readonly name: string; readonly isEnforced: boolean } {
  const isEnforced = tables.some((table) => Object.hasOwn(table, id))
  return { name: names[id] ?? id, isEnforced }
}
