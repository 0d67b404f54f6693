import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all, connect, service } from './management-client.ts'

const quotaPolicy = `<policies><inbound>
  <quota-by-key calls="10" renewal-period="3600" counter-key="@(context.Request.IpAddress)" />
  <return-response><set-status code="200" /></return-response>
</inbound></policies>`

test('workspaces, releases, traces and quotas are driven by the official client', async (t) => {
  const { client, gateway } = await connect(t)

  await t.test('a workspace holds entities of its own', async () => {
    await client.workspace.createOrUpdate(...service, 'red', { displayName: 'Red' })
    await client.workspaceApi.beginCreateOrUpdateAndWait(...service, 'red', 'shop', {
      displayName: 'Shop',
      path: 'red',
    })
    await client.workspaceNamedValue.beginCreateOrUpdateAndWait(...service, 'red', 'who', {
      displayName: 'who',
      value: 'red',
      secret: true,
    })
    await client.workspaceSubscription.createOrUpdate(...service, 'red', 'one', {
      displayName: 'One',
      scope: '/apis/shop',
      primaryKey: 'red-key-1',
    })
    const value = await client.workspaceNamedValue.listValue(...service, 'red', 'who')
    assert.equal(value.value, 'red')
    const keys = await client.workspaceSubscription.listSecrets(...service, 'red', 'one')
    assert.equal(keys.primaryKey, 'red-key-1')
    const apis = await all(client.workspaceApi.listByService(...service, 'red'))
    assert.deepEqual(
      apis.map(({ name }) => name),
      ['shop'],
    )
    await client.workspace.delete(...service, 'red', '*')
    await assert.rejects(client.workspaceApi.get(...service, 'red', 'shop'), { statusCode: 404 })
  })

  await t.test('a release makes a revision the current one', async () => {
    for (const id of ['books', 'books;rev=2']) {
      await client.api.beginCreateOrUpdateAndWait(...service, id, {
        displayName: 'Books',
        path: 'books',
        subscriptionRequired: false,
      })
    }
    await client.apiRelease.createOrUpdate(...service, 'books', 'r1', {
      apiId: '/apis/books;rev=2',
      notes: 'better',
    })
    const current = await client.api.get(...service, 'books;rev=2')
    assert.equal(current.isCurrent, true)
    assert.equal((await all(client.apiRelease.listByService(...service, 'books'))).length, 1)
  })

  await t.test('a call is traced with a debug token, and its quota is read', async () => {
    await client.api.beginCreateOrUpdateAndWait(...service, 'counted', {
      displayName: 'Counted',
      path: 'counted',
      subscriptionRequired: false,
    })
    await client.apiOperation.createOrUpdate(...service, 'counted', 'get', {
      displayName: 'Get',
      method: 'GET',
      urlTemplate: '/',
    })
    await client.apiPolicy.createOrUpdate(...service, 'counted', 'policy', {
      format: 'rawxml',
      value: quotaPolicy,
    })
    const { token = '' } = await client.gateway.listDebugCredentials(...service, 'managed', {
      apiId: '/apis/counted',
      purposes: ['tracing'],
    })
    const headers = { 'Apim-Debug-Authorization': token }
    const response = await fetch(`${gateway}/counted`, { headers })
    assert.equal(response.status, 200)
    const traceId = response.headers.get('Apim-Trace-Id') ?? ''
    const trace = await client.gateway.listTrace(...service, 'managed', { traceId })
    assert.equal(trace['traceId'], traceId)
    const [period] =
      (await client.quotaByCounterKeys.listByService(...service, '127.0.0.1')).value ?? []
    assert.equal(period?.value?.callsCount, 1)
    const changed = await client.quotaByPeriodKeys.update(
      ...service,
      '127.0.0.1',
      period?.periodKey ?? '',
      { callsCount: 7 },
    )
    assert.equal(changed.value?.callsCount, 7)
  })

  await t.test('what has a tag is listed', async () => {
    await client.tag.createOrUpdate(...service, 'red', { displayName: 'Red' })
    await client.tag.assignToApi(...service, 'counted', 'red')
    const tagged = await all(client.tagResource.listByService(...service))
    assert.deepEqual(
      tagged.map(({ tag, api }) => [tag.name, api?.name]),
      [['Red', 'Counted']],
    )
  })
})
