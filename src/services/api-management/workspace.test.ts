import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OpenedService, type Owner, openService } from './service-fixture.ts'

function policies(inbound: string, rest = ''): { format: string; value: string } {
  return {
    format: 'rawxml',
    value: `<policies><inbound>${inbound}</inbound>${rest}</policies>`,
  }
}

function stamp(name: string): string {
  return `<set-header name="x-scopes" exists-action="append"><value>${name}</value></set-header>`
}

const backend = '<backend><forward-request /></backend>'
const base = '<backend><base /></backend>'

/** Two workspaces, each with an API, a product and a named value of the same names. */
async function openTeams(owner: Owner): Promise<OpenedService> {
  const service = await openService(owner)
  await service.put('namedValues/who', { displayName: 'who', value: 'global' })
  await service.put('policies/policy', policies(stamp('{{who}}'), backend))
  for (const team of ['red', 'blue']) {
    const at = `workspaces/${team}`
    await service.put(at, { displayName: team })
    await service.put(`${at}/namedValues/who`, { displayName: 'who', value: `${team}-team` })
    await service.put(`${at}/policies/policy`, policies(`<base />${stamp('{{who}}')}`, base))
    await service.put(`${at}/apis/shop`, { path: team, serviceUrl: service.backendUrl })
    await service.put(`${at}/apis/shop/operations/get`, { method: 'GET', urlTemplate: '/' })
    await service.put(
      `${at}/apis/shop/policies/policy`,
      policies(`<base />${stamp('@(context.Workspace.Name + "-api")')}`, base),
    )
    await service.put(`${at}/products/gold`, { displayName: 'Gold', state: 'published' })
    await service.put(`${at}/products/gold/apis/shop`)
    await service.put(
      `${at}/products/gold/policies/policy`,
      policies(`<base />${stamp('product')}`, base),
    )
    await service.put(`${at}/subscriptions/one`, {
      displayName: 'One',
      scope: '/products/gold',
      primaryKey: `${team}-key`,
    })
  }
  await service.put('subscriptions/all', {
    displayName: 'All',
    scope: '/apis',
    primaryKey: 'all-1',
  })
  await service.put('subscriptions/own', { displayName: 'Own', scope: '/', primaryKey: 'own-1' })
  return service
}

async function callAs(service: OpenedService, path: string, key: string): Promise<string> {
  const response = await service.call(path, { headers: { 'ocp-apim-subscription-key': key } })
  await response.arrayBuffer()
  if (response.status !== 200) return String(response.status)
  return String(service.seen.at(-1)?.headers['x-scopes'])
}

test('policies of a workspace run between those of the service and of its products and APIs', async (t) => {
  const service = await openTeams(t)
  assert.equal(await callAs(service, '/red', 'red-key'), 'global,red-team,product,red-api')
  assert.equal(await callAs(service, '/blue', 'blue-key'), 'global,blue-team,product,blue-api')
})

test('a key of one workspace opens nothing of another; that of the whole service opens both', async (t) => {
  const service = await openTeams(t)
  assert.equal(await callAs(service, '/red', 'blue-key'), '401')
  assert.equal(await callAs(service, '/red', 'all-1'), '401')
  assert.equal(await callAs(service, '/red', 'own-1'), 'global,red-team,red-api')
})

test('policies of a workspace see the named values of their workspace only', async (t) => {
  const service = await openTeams(t)
  await service.put('namedValues/outer', { displayName: 'outer', value: '1' })
  const document = policies(stamp('{{outer}}'))
  const error = { code: 'ValidationError' }
  await assert.rejects(service.put('workspaces/red/policies/policy', document), error)
  const body = { properties: { value: 'crimson' } }
  const path = 'workspaces/red/namedValues/who'
  assert.equal((await service.manage('PATCH', path, body)).status, 200)
  assert.equal(await callAs(service, '/red', 'red-key'), 'global,crimson,product,red-api')
  assert.equal((await service.manage('DELETE', path)).status, 400)
})

test('what is in a workspace has the actions of what is in a service, and goes with it', async (t) => {
  const service = await openTeams(t)
  const keys = await service.manage('POST', 'workspaces/red/subscriptions/one/listSecrets')
  assert.match(await keys.text(), /"primaryKey":"red-key"/)
  assert.equal((await service.manage('DELETE', 'workspaces/red')).status, 200)
  assert.equal((await service.manage('GET', 'workspaces/red/apis/shop')).status, 404)
  assert.equal(await callAs(service, '/red', 'red-key'), '404')
  assert.equal(await callAs(service, '/blue', 'blue-key'), 'global,blue-team,product,blue-api')
})

test('workspaces are there after a restart', async (t) => {
  const service = await openTeams(t)
  await service.apiManagement.stop()
  await service.apiManagement.start()
  assert.equal(await callAs(service, '/red', 'red-key'), 'global,red-team,product,red-api')
})
