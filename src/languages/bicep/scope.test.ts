import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseResourceId, parseScope, resourceId } from './scope.ts'

const subscription = '/subscriptions/s'
const group = `${subscription}/resourceGroups/rg`

test('an id is taken apart into scope, type and names', () => {
  assert.deepEqual(parseResourceId(`${group}/providers/Test.Bus/namespaces/ns/queues/q`), {
    scope: group,
    type: 'Test.Bus/namespaces/queues',
    names: ['ns', 'q'],
  })
})

test('the id of an extension ends with the extension', () => {
  const ns = `${group}/providers/Test.Bus/namespaces/ns`
  assert.deepEqual(parseResourceId(`${ns}/providers/Microsoft.Authorization/locks/l`), {
    scope: ns,
    type: 'Microsoft.Authorization/locks',
    names: ['l'],
  })
})

test('resource groups and subscriptions are resources whose ids have no provider', () => {
  assert.equal(parseResourceId(group)?.type, 'Microsoft.Resources/resourceGroups')
  assert.equal(parseResourceId(subscription)?.type, 'Microsoft.Resources/subscriptions')
  assert.equal(resourceId(subscription, 'Microsoft.Resources/resourceGroups', ['rg']), group)
})

test('text that is not the id of a resource is not taken for one', () => {
  const wrong = [
    '',
    '/',
    'ns',
    '/providers/',
    `${group}/providers/Test.Bus/namespaces`,
    `${group}/`,
  ]
  assert.deepEqual(
    wrong.map((id) => parseResourceId(id)),
    wrong.map(() => undefined),
  )
})

test('the scope of a resource is its resource group', () => {
  const within = {
    kind: 'tenant',
    subscriptionId: '',
    resourceGroup: '',
    managementGroup: '',
  } as const
  const scope = parseScope(`${group}/providers/Test.Bus/namespaces/ns`, within)
  assert.equal(scope.kind, 'resourceGroup')
  assert.equal(scope.resourceGroup, 'rg')
  assert.equal(parseScope(subscription, within).kind, 'subscription')
  const management = parseScope('/providers/Microsoft.Management/managementGroups/m', within)
  assert.equal(management.managementGroup, 'm')
  assert.equal(parseScope('', within).kind, 'tenant')
})
