import assert from 'node:assert/strict'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { before, test } from 'node:test'
import forge from 'node-forge'
import { stringMember } from '../../../base/json.ts'
import { type OpenedService, type Owner, openService } from '../service-fixture.ts'

interface TestCertificate {
  readonly pem: string
  readonly keyPem: string
  /** In base64, under the password `open`. */
  readonly pfx: string
}

let authority: TestCertificate
let ada: TestCertificate
let old: TestCertificate
let stranger: TestCertificate
let listed: TestCertificate

before(() => {
  const dayMs = 86_400_000
  const top = newCertificate('Test CA', { isAuthority: true })
  const below = (name: string, options: object = {}) =>
    newCertificate(name, { issuer: top, ...options })
  authority = exported(top)
  ada = exported(below('ada.example'))
  old = exported(below('old.example', { endMs: Date.now() - dayMs }))
  stranger = exported(newCertificate('stranger.example', {}))
  listed = exported(below('listed.example', { hasList: true }))
})

interface Made {
  readonly certificate: forge.pki.Certificate
  readonly key: forge.pki.rsa.PrivateKey
}

function newCertificate(
  name: string,
  options: { issuer?: Made; isAuthority?: boolean; endMs?: number; hasList?: boolean },
): Made {
  const keys = forge.pki.rsa.generateKeyPair(1024)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = keys.publicKey
  certificate.serialNumber = '0A'
  certificate.validity.notBefore = new Date(Date.now() - 7 * 86_400_000)
  certificate.validity.notAfter = new Date(options.endMs ?? Date.now() + 3_600_000)
  const subject = [
    { name: 'countryName', value: 'US' },
    { name: 'organizationName', value: 'Contoso, Inc.' },
    { name: 'commonName', value: name },
  ]
  certificate.setSubject(subject)
  certificate.setIssuer(options.issuer ? options.issuer.certificate.subject.attributes : subject)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: options.isAuthority ?? false },
    { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ...(options.hasList ? [{ id: '2.5.29.31', value: '\u0030\u0000' }] : []),
  ])
  certificate.sign(options.issuer?.key ?? keys.privateKey, forge.md.sha256.create())
  return { certificate, key: keys.privateKey }
}

function exported({ certificate, key }: Made): TestCertificate {
  const asn1 = forge.pkcs12.toPkcs12Asn1(key, [certificate], 'open', { algorithm: '3des' })
  return {
    pem: forge.pki.certificateToPem(certificate),
    keyPem: forge.pki.privateKeyToPem(key),
    pfx: Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary').toString('base64'),
  }
}

/** A service that trusts the authority, with an API whose inbound section is given, behind a listener with TLS. */
async function openGateway(
  owner: Owner,
  inbound: string,
): Promise<OpenedService & { url: string }> {
  const service = await openService(owner)
  const encodedCertificate = authority.pem.replaceAll(/-----.*?-----|\s/g, '')
  await service.apiManagement.putService('apim-1', {
    properties: { certificates: [{ storeName: 'Root', encodedCertificate }] },
  })
  await service.put('certificates/ada', { data: ada.pfx, password: 'open' })
  await service.put('apis/one', {
    path: 'one',
    serviceUrl: service.backendUrl,
    subscriptionRequired: false,
  })
  await service.put('apis/one/operations/get', { method: 'GET', urlTemplate: '/' })
  await service.put('apis/one/policies/policy', {
    format: 'rawxml',
    value: `<policies><inbound>${inbound}</inbound><backend><base /></backend>
      <on-error><set-header name="X-Reason"><value>@(context.LastError.Reason)</value></set-header></on-error></policies>`,
  })
  const { pem: cert, keyPem: key } = authority
  const options = { key, cert, requestCert: true, rejectUnauthorized: false }
  const server = createServer(options, (incoming, answer) => {
    void service.apiManagement.gatewayHandler(incoming, answer)
  })
  const url = await listen(owner, server)
  return { ...service, url }
}

async function listen(owner: Owner, server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  owner.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address: AddressInfo | string | null = server.address()
  return `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

/** `200 `, or `401 ` with the reason. */
function callAs(url: string, caller?: TestCertificate): Promise<string> {
  return new Promise((resolve, reject) => {
    const shown = caller ? { cert: caller.pem, key: caller.keyPem } : {}
    request(`${url}/one/`, { ...shown, rejectUnauthorized: false, agent: false }, (response) => {
      response.resume()
      resolve(`${response.statusCode} ${String(response.headers['x-reason'] ?? '')}`)
    })
      .on('error', reject)
      .end()
  })
}

test('a caller must show a certificate of an authority of the service that is valid now', async (t) => {
  const { url } = await openGateway(t, '<validate-client-certificate />')
  assert.equal(await callAs(url, ada), '200 ')
  assert.equal(await callAs(url), '401 ClientCertificateMissing')
  assert.equal(await callAs(url, old), '401 ClientCertificateExpired')
  assert.equal(await callAs(url, stranger), '401 ClientCertificateNotTrusted')
  assert.equal(await callAs(url, listed), '401 ClientCertificateRevocationUnknown')
})

test('checks that are switched off are not made, and errors that are ignored end nothing', async (t) => {
  const off = `validate-revocation="false" validate-trust="false" validate-not-before="false" validate-not-after="false"`
  const open = await openGateway(t, `<validate-client-certificate ${off} />`)
  for (const each of [old, stranger, listed]) assert.equal(await callAs(open.url, each), '200 ')
  const ignoring = await openGateway(t, '<validate-client-certificate ignore-error="true" />')
  assert.equal(await callAs(ignoring.url), '200 ')
})

test('a certificate must be that of one identity, in everything that the identity says', async (t) => {
  for (const [identity, answer] of [
    ['common-name="ada.example" serial-number="0A"', '200 '],
    ['common-name="ada.example" serial-number="0B"', '401 ClientCertificateIdentityNotMatched'],
    ['dns-name="ada.example"', '200 '],
    ['subject="CN=ada.example, O=&quot;Contoso, Inc.&quot;, C=US"', '200 '],
    ['subject="C=US, O=&quot;Contoso, Inc.&quot;, CN=ada.example"', '200 '],
    ['subject="CN=ada.example"', '401 ClientCertificateIdentityNotMatched'],
    ['issuer-subject="C=US, O=&quot;Contoso, Inc.&quot;, CN=Test CA"', '200 '],
    ['issuer-thumbprint="00"', '401 ClientCertificateIdentityNotMatched'],
    ['issuer-certificate-id="ada"', '401 ClientCertificateIdentityNotMatched'],
    ['thumbprint="00" /><identity dns-name="ada.example"', '200 '],
  ] as const) {
    const { url } = await openGateway(
      t,
      `<validate-client-certificate><identities><identity ${identity} /></identities></validate-client-certificate>`,
    )
    assert.equal(await callAs(url, ada), answer, identity)
  }
})

test('the gateway shows a backend the certificate that a policy names, by id, thumbprint or as bytes', async (t) => {
  const { pem: cert, keyPem: key } = authority
  const options = { key, cert, requestCert: true, rejectUnauthorized: false }
  const server = createServer(options, ({ socket }, response) => {
    const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
    response.end(/CN=(.*)/.exec(shown?.subject ?? '')?.[1] ?? 'nobody')
  })
  const backendUrl = await listen(t, server)
  const service = await openService(t)
  await service.put('certificates/ada', { data: ada.pfx, password: 'open' })
  await service.put('backends/own', { url: backendUrl, tls: { validateCertificateChain: false } })
  await service.put('apis/one', { path: 'one', subscriptionRequired: false })
  await service.put('apis/one/operations/get', { method: 'GET', urlTemplate: '/' })
  const { properties } = service.instance.get('certificates', ['ada']) ?? {}
  for (const [policy, answer] of [
    ['', 'nobody'],
    ['<authentication-certificate certificate-id="ada" />', 'ada.example'],
    [
      `<authentication-certificate thumbprint="${stringMember(properties, 'thumbprint') ?? ''}" />`,
      'ada.example',
    ],
    [
      `<authentication-certificate body="@(Convert.FromBase64String("${ada.pfx}"))" password="open" />`,
      'ada.example',
    ],
    [
      `<authentication-certificate body="@(Convert.FromBase64String("${ada.pfx}"))" password="shut" />`,
      '500',
    ],
    ['<authentication-certificate certificate-id="nothing" />', '500'],
  ] as const) {
    await service.put('apis/one/policies/policy', {
      format: 'rawxml',
      value: `<policies><inbound><set-backend-service backend-id="own" />${policy}</inbound><backend><base /></backend></policies>`,
    })
    const response = await service.call('/one/')
    const text = await response.text()
    assert.equal(response.status === 200 ? text : String(response.status), answer, policy)
  }
})
