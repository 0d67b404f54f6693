import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newLogger } from '../../base/logger.ts'
import { decodeJwt } from '../../protocols/auth/jwt.ts'
import { HttpServer } from '../../protocols/http/server.ts'
import { startEntra } from './fixture-over-rest.ts'
import { managedIdentityHandler } from './managed-identity-rest.ts'

const app = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/app'
const assigned = {
  resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/x',
  principalId: '11111111-1111-4111-8111-111111111111',
  clientId: '22222222-2222-4222-8222-222222222222',
}

test('a program gets tokens for the identities of its resource, and only with its header', async (t) => {
  const { entra, clock } = await startEntra(t)
  const identities = entra.managedIdentities
  const header = identities.assign(app, {
    systemAssigned: { principalId: '33333333-3333-4333-8333-333333333333' },
    userAssigned: [assigned],
  })
  assert.equal(identities.assign(app, { userAssigned: [assigned] }), header)
  const server = new HttpServer({
    port: 0,
    name: 'identity',
    handler: managedIdentityHandler(identities),
    logger: newLogger({ level: 'silent', name: 'test' }),
  })
  const port = await server.start()
  t.after(() => server.stop({ graceMs: 0 }))
  const ask = async (query: string, secret = header): Promise<[number, Record<string, string>]> => {
    const answer = await fetch(`http://127.0.0.1:${port}/msi/token?${query}`, {
      headers: { 'x-identity-header': secret },
    })
    const told: Record<string, string> = JSON.parse(await answer.text())
    return [answer.status, told]
  }
  const asked = 'api-version=2019-08-01&resource=https://vault.azure.net'
  const [status, body] = await ask(`${asked}&client_id=${assigned.clientId}`)
  assert.equal(status, 200)
  assert.equal(body['expires_on'], String(clock.now() / 1000 + 24 * 3600))
  const { claims } = decodeJwt(body['access_token'] ?? '')
  assert.equal(claims['oid'], assigned.principalId)
  assert.deepEqual([claims['aud'], claims['appid']], ['https://vault.azure.net', assigned.clientId])
  assert.equal(claims['xms_mirid'], assigned.resourceId)
  const [, again] = await ask(`${asked}&client_id=${assigned.clientId}`)
  assert.equal(again['access_token'], body['access_token'], 'it is handed out again')
  await entra.keys.rotate()
  const [, renewed] = await ask(`${asked}&client_id=${assigned.clientId}`)
  assert.notEqual(renewed['access_token'], body['access_token'])
  assert.equal((await ask(asked))[0], 400, 'the system assigned none any more')
  assert.equal((await ask(asked, 'wrong'))[0], 401)
  assert.equal((await ask('resource=https://vault.azure.net'))[0], 400)
  assert.equal((await ask('api-version=2019-08-01'))[0], 400)
  identities.unassign(app)
  assert.equal((await ask(asked))[0], 401)
})
