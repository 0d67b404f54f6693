import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { before, test } from 'node:test'
import forge from 'node-forge'
import { certificateOf } from './certificate.ts'
import { type Owner, openService } from './service-fixture.ts'

interface TestCertificate {
  readonly certificatePem: string
  readonly keyPem: string
  /** In base64, under the password `open`. */
  readonly pfx: string
}

let own: TestCertificate

before(() => {
  const keys = forge.pki.rsa.generateKeyPair(1024)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = keys.publicKey
  certificate.serialNumber = '01'
  certificate.validity.notAfter = new Date(Date.now() + 3_600_000)
  const name = [{ name: 'commonName', value: 'gateway.example' }]
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.sign(keys.privateKey, forge.md.sha256.create())
  const asn1 = forge.pkcs12.toPkcs12Asn1(keys.privateKey, [certificate], 'open', {
    algorithm: '3des',
  })
  own = {
    certificatePem: forge.pki.certificateToPem(certificate),
    keyPem: forge.pki.privateKeyToPem(keys.privateKey),
    pfx: Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary').toString('base64'),
  }
})

/** A backend over TLS that answers with the name in the certificate that it was shown. */
async function openBackend(owner: Owner): Promise<string> {
  const { certificatePem: cert, keyPem: key } = own
  const options = { key, cert, requestCert: true, rejectUnauthorized: false }
  const server = createServer(options, ({ socket }, response) => {
    const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
    response.end(shown?.subject ?? 'nobody')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  owner.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address: AddressInfo | string | null = server.address()
  return `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

test('a PFX is read with its password, and its key is not told', async (t) => {
  const service = await openService(t)
  const path = 'certificates/own'
  const wrong = await service.manage('PUT', path, { properties: { data: own.pfx, password: 'x' } })
  assert.equal(wrong.status, 400)
  const properties = { data: own.pfx, password: 'open' }
  const put = await service.manage('PUT', path, { properties })
  assert.equal(put.status, 201)
  const text = await put.text()
  assert.match(text, /"subject":"CN=gateway.example","thumbprint":"[\dA-F]{40}"/)
  assert.ok(!text.includes('PRIVATE KEY') && !text.includes(own.pfx))
  const entity = service.instance.get('certificates', ['own'])
  assert.match((entity && certificateOf(entity).keyPem) ?? '', /PRIVATE KEY/)
})

test('a certificate comes from a vault, and expressions read it', async (t) => {
  const service = await openService(t, {
    parts: { readSecret: async () => own.keyPem + own.certificatePem },
  })
  const secretIdentifier = 'https://orders.vault.azure.net/secrets/own'
  await service.put('certificates/own', { keyVault: { secretIdentifier } })
  await service.put('apis/one', { path: 'one', subscriptionRequired: false })
  await service.put('apis/one/operations/get', { method: 'GET', urlTemplate: '/' })
  await service.put('apis/one/policies/policy', {
    format: 'rawxml',
    value: `<policies><inbound><return-response>
      <set-body>@(context.Deployment.Certificates["own"].Subject + context.Deployment.Certificates["own"].HasPrivateKey)</set-body>
    </return-response></inbound></policies>`,
  })
  assert.equal(await (await service.call('/one')).text(), 'CN=gateway.exampleTrue')
})

test('a backend is shown the certificate that its credentials name', async (t) => {
  const service = await openService(t)
  const properties = { data: own.pfx, password: 'open' }
  await service.put('certificates/own', properties)
  const url = await openBackend(t)
  const tls = { validateCertificateChain: false, validateCertificateName: false }
  await service.put('backends/plain', { url, protocol: 'http', tls })
  const credentials = { certificateIds: ['/certificates/own'] }
  await service.put('backends/shown', { url, protocol: 'http', tls, credentials })
  for (const name of ['plain', 'shown']) {
    await service.put(`apis/${name}`, { path: name, subscriptionRequired: false })
    await service.put(`apis/${name}/operations/get`, { method: 'GET', urlTemplate: '/' })
    await service.put(`apis/${name}/policies/policy`, {
      format: 'rawxml',
      value: `<policies><inbound><set-backend-service backend-id="${name}" /></inbound><backend><base /></backend></policies>`,
    })
  }
  assert.equal(await (await service.call('/plain')).text(), 'nobody')
  assert.equal(await (await service.call('/shown')).text(), 'CN=gateway.example')
})
