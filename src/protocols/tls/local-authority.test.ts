import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { azureHostNames, localHostNames } from './azure-host-names.ts'
import { authorityLifeMs, certificateLifeMs, renewalCheckMs, renewalMarginMs } from './limits.ts'
import { openLocalAuthority, watchCertificate } from './local-authority.ts'

function newFolder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'interline-tls-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return join(dir, 'tls')
}

test('the certificate speaks for this machine and the mapped names of Azure', async (t) => {
  const { ca, caPath, server } = await openLocalAuthority({
    dir: newFolder(t),
    clock: new ManualClock(),
  })
  const certificate = new X509Certificate(server.cert)
  assert.equal(readFileSync(caPath, 'utf8'), ca)
  assert.ok(certificate.verify(new X509Certificate(ca).publicKey))
  assert.ok(new X509Certificate(ca).ca && !certificate.ca)
  for (const name of ['localhost', 'stdata.blob.core.windows.net', 'login.microsoftonline.com']) {
    assert.equal(certificate.checkHost(name) === undefined, false, name)
  }
  assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1')
  assert.equal(certificate.checkIP('::1'), '::1')
  assert.equal(certificate.checkHost('example.com'), undefined)
})

test('private keys are for their owner alone', async (t) => {
  const dir = newFolder(t)
  await openLocalAuthority({ dir, clock: new ManualClock() })
  for (const file of ['ca-key.pem', 'server-key.pem']) {
    assert.equal(statSync(join(dir, file)).mode & 0o777, 0o600)
  }
  assert.equal(statSync(dir).mode & 0o777, 0o700)
})

test('a second start uses the same authority and certificate', async (t) => {
  const [dir, clock] = [newFolder(t), new ManualClock()]
  const first = await openLocalAuthority({ dir, clock })
  assert.deepEqual(await openLocalAuthority({ dir, clock }), first)
})

test('a certificate near its end is renewed under the same authority', async (t) => {
  const [dir, clock] = [newFolder(t), new ManualClock()]
  const first = await openLocalAuthority({ dir, clock })
  await clock.advance(certificateLifeMs - renewalMarginMs)
  const second = await openLocalAuthority({ dir, clock })
  assert.equal(second.ca, first.ca)
  assert.notEqual(second.server.cert, first.server.cert)
  await clock.advance(authorityLifeMs)
  assert.notEqual((await openLocalAuthority({ dir, clock })).ca, first.ca)
})

test('a running instance hears of its new certificate in time', async (t) => {
  const [dir, clock] = [newFolder(t), new ManualClock()]
  const first = await openLocalAuthority({ dir, clock })
  const renewed = new Promise<{ cert: string }>((resolve) => {
    t.after(watchCertificate({ dir, clock, onRenewed: resolve }))
  })
  await clock.advance(certificateLifeMs - renewalMarginMs)
  await clock.advance(renewalCheckMs)
  const { cert } = await renewed
  assert.notEqual(cert, first.server.cert)
  assert.ok(Date.parse(new X509Certificate(first.server.cert).validTo) > clock.now())
})

test('other names make another certificate', async (t) => {
  const [dir, clock] = [newFolder(t), new ManualClock()]
  const first = await openLocalAuthority({ dir, clock })
  const names = [...localHostNames, ...azureHostNames, 'interline.example.com']
  const second = await openLocalAuthority({ dir, clock, names })
  assert.equal(second.ca, first.ca)
  assert.match(
    new X509Certificate(second.server.cert).subjectAltName ?? '',
    /interline.example.com/,
  )
  assert.deepEqual(await openLocalAuthority({ dir, clock, names }), second)
})

test('a damaged or mismatched key is not used', async (t) => {
  const [dir, clock] = [newFolder(t), new ManualClock()]
  const first = await openLocalAuthority({ dir, clock })
  writeFileSync(join(dir, 'server-key.pem'), 'nonsense')
  const second = await openLocalAuthority({ dir, clock })
  assert.equal(second.ca, first.ca)
  writeFileSync(join(dir, 'ca-key.pem'), readFileSync(join(dir, 'server-key.pem')))
  const third = await openLocalAuthority({ dir, clock })
  assert.notEqual(third.ca, first.ca)
  const ca = new X509Certificate(third.ca)
  assert.ok(new X509Certificate(third.server.cert).verify(ca.publicKey))
})
