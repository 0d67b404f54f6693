import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCustomRole } from './custom-role.ts'
import { builtInRole } from './enforced-roles.ts'
import { managementRoles } from './entra-id-to-management.ts'
import { senderRoles } from './entra-id-to-event-grid.ts'
import { storageRoles } from './entra-id-to-storage.ts'
import { vaultRoles } from './entra-id-to-key-vault.ts'

const blobs = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs'

test('a custom role allows what its patterns give and do not take back', () => {
  const role = readCustomRole({
    properties: {
      permissions: [
        {
          actions: ['Microsoft.ApiManagement/service/*/read'],
          dataActions: [`${blobs}/*`],
          notDataActions: [`${blobs}/delete`],
        },
      ],
    },
  })
  assert.equal(role.allows(`${blobs}/read`), true)
  assert.equal(role.allows(`${blobs}/DELETE`), false)
  assert.equal(role.allows('Microsoft.ApiManagement/service/namedValues/read'), true)
  assert.equal(role.allows('Microsoft.ApiManagement/service/namedValues/write'), false)
})

test('a role without permissions allows nothing', () => {
  assert.equal(readCustomRole({ properties: {} }).allows(`${blobs}/read`), false)
})

test('every role that a service asks for has its name', () => {
  for (const table of [managementRoles, senderRoles, storageRoles, vaultRoles]) {
    for (const id of Object.keys(table)) {
      const { name, isEnforced } = builtInRole(id)
      assert.notEqual(name, id)
      assert.equal(isEnforced, true)
    }
  }
})
