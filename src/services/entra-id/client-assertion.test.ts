import assert from 'node:assert/strict'
import { X509Certificate, createHash, createPrivateKey } from 'node:crypto'
import { test } from 'node:test'
import { decodeJwt, signJwt } from '../../protocols/auth/jwt.ts'
import { issueCertificate } from '../../protocols/tls/certificate.ts'
import { startEntra } from './fixture-over-rest.ts'
import type { Answer } from './fixture-over-rest.ts'
import { textOf } from './json-reader.ts'

test('an assertion signed with a registered certificate stands for a secret', async (t) => {
  const { entra, post, tenantId, clock } = await startEntra(t)
  const nowMs = clock.now()
  const [own, other] = await Promise.all(
    ['own', 'other'].map((commonName) =>
      issueCertificate({
        commonName,
        purpose: 'signature',
        names: [],
        notBeforeMs: nowMs,
        notAfterMs: nowMs + 1e9,
      }),
    ),
  )
  assert.ok(own && other)
  const { appId } = await entra.registrations.registerApplication({
    displayName: 'daemon',
    certificates: [own.cert],
  })
  const address = `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`
  const seconds = Math.floor(nowMs / 1000)
  const good = { aud: address, iss: appId, sub: appId, nbf: seconds, exp: seconds + 600, jti: '1' }
  const thumbprint = createHash('sha256').update(new X509Certificate(own.cert).raw)
  const header = { 'x5t#S256': thumbprint.digest('base64url') }
  const ask = (claims: Record<string, string | number>, key = own.key): Promise<Answer> =>
    post(`/${tenantId}/oauth2/v2.0/token`, {
      grant_type: 'client_credentials',
      client_id: appId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: signJwt({
        header,
        claims: { ...good, ...claims },
        algorithm: 'PS256',
        key: createPrivateKey(key),
      }),
      scope: 'https://graph.microsoft.com/.default',
    })
  const { body } = await ask({})
  assert.equal(decodeJwt(textOf(body, 'access_token')).claims['appidacr'], '2')
  const wrong: readonly (readonly [Answer, number])[] = [
    [await ask({}, other.key), 700027],
    [await ask({ exp: seconds - 600 }), 700024],
    [await ask({ exp: seconds + 1e7 }), 700024],
    [await ask({ aud: 'https://evil.example/' }), 700023],
    [await ask({ sub: 'somebody' }), 700021],
  ]
  for (const [{ status, body: told }, code] of wrong) {
    assert.deepEqual([status, told['error_codes']], [401, [code]])
  }
})
