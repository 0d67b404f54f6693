import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectMember, stringMember } from '../../../src/base/json.ts'
import { issueCertificate } from '../../../src/protocols/tls/certificate.ts'
import { serveEntra } from './entra-server.ts'

const userAssigned = {
  resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/x',
  principalId: '11111111-1111-4111-8111-111111111111',
  clientId: '22222222-2222-4222-8222-222222222222',
}

test('the credentials of @azure/identity get tokens', async (t) => {
  const { entra, run, identityEndpoint, tenantId } = await serveEntra(t)
  const { registrations, managedIdentities } = entra
  const certificate = await issueCertificate({
    commonName: 'caller',
    purpose: 'signature',
    names: [],
    notBeforeMs: entra.clock.now() - 1000,
    notAfterMs: entra.clock.now() + 1e9,
  })
  await registrations.registerApplication({
    displayName: 'Orders-api',
    identifierUris: ['api://orders-api'],
  })
  const { appId } = await registrations.registerApplication({
    displayName: 'caller',
    certificates: [certificate.cert],
  })
  const { value } = await registrations.ensureSecret(appId)
  const header = managedIdentities.assign('/sites/app', {
    systemAssigned: { principalId: '33333333-3333-4333-8333-333333333333' },
    userAssigned: [userAssigned],
  })
  const told = await run('identity-child', {
    CLIENT: appId,
    SECRET: value,
    CERTIFICATE: certificate.cert + certificate.key,
    IDENTITY: userAssigned.clientId,
    IDENTITY_ENDPOINT: identityEndpoint,
    IDENTITY_HEADER: header,
  })
  const claim = (credential: string, name: string): string | undefined =>
    stringMember(objectMember(told, credential), name)
  const failed = Object.entries(told).filter(([name]) => claim(name, 'error') !== undefined)
  assert.deepEqual(
    failed.map(([name]) => name),
    ['wrongSecret'],
    JSON.stringify(failed),
  )
  assert.match(claim('wrongSecret', 'error') ?? '', /AADSTS7000215/)

  await t.test('a secret and a certificate stand for the application', () => {
    assert.deepEqual([claim('secret', 'appid'), claim('secret', 'appidacr')], [appId, '1'])
    assert.equal(claim('secret', 'aud'), 'api://orders-api')
    assert.equal(claim('secret', 'iss'), `https://sts.windows.net/${tenantId}/`)
    assert.equal(claim('certificate', 'appidacr'), '2')
  })
  await t.test('managed identities need no configuration but the environment', () => {
    assert.equal(claim('system', 'oid'), '33333333-3333-4333-8333-333333333333')
    assert.equal(claim('system', 'aud'), 'https://vault.azure.net')
    assert.equal(claim('user', 'oid'), userAssigned.principalId)
    assert.equal(claim('default', 'oid'), '33333333-3333-4333-8333-333333333333')
  })
})
