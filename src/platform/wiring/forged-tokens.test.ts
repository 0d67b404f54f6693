import { strict as assert } from 'node:assert'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import { decodeJwt, signJwt } from '../../protocols/auth/jwt.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { newServices, type Services } from '../services.ts'

const vault = 'https://vault.azure.net'

async function start(t: TestContext): Promise<Services & { clock: ManualClock }> {
  const clock = new ManualClock()
  const logger = newLogger({ name: 'test', level: 'silent' })
  const store = await openSqliteStore({ path: ':memory:', clock })
  const host = '127.0.0.1'
  const services = newServices({ store, clock, logger, host, spansPath: ':memory:' })
  await services.lifecycle.start()
  t.after(async () => {
    await services.lifecycle.stop()
    await store.close()
  })
  services.entra.managedIdentities.assign('/app', {
    systemAssigned: { principalId: '11111111-1111-4111-8111-111111111111' },
  })
  return { ...services, clock }
}

test('a vault takes no token that is not whole, ours, for it and of now', async (t) => {
  const { entra, keyVault, clock } = await start(t)
  const { token } = entra.managedIdentities.tokenOf('/app', vault)
  assert.equal(keyVault.verifyToken(token).tenantId, entra.tenant.id)
  const { header, claims } = decodeJwt(token)
  const { kid, privateKey } = entra.keys.current()
  const own = (change: JsonObject, otherHeader: JsonObject = { kid }): string =>
    signJwt({
      header: otherHeader,
      claims: { ...claims, ...change },
      algorithm: 'RS256',
      key: privateKey,
    })
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const nowSeconds = Math.floor(clock.now() / 1000)
  const forged: Readonly<Record<string, string>> = {
    'without a signature': unsigned(header, claims),
    'signed with the public key as a secret': signedWithPublicKey(entra, claims),
    'of another key under our name': signJwt({
      header: { kid },
      claims,
      algorithm: 'RS256',
      key: stranger,
    }),
    'of a key that is unknown': own({}, { kid: 'other' }),
    'with its payload changed': withPayload(token, { ...claims, oid: 'somebody else' }),
    'for another service': own({ aud: 'https://management.azure.com' }),
    'of another issuer': own({
      iss: 'https://sts.windows.net/22222222-2222-2222-2222-222222222222/',
    }),
    'that has expired': own({ exp: nowSeconds - 1 }),
    'that is not valid yet': own({ nbf: nowSeconds + 600 }),
    'of one algorithm, told as another': own({}, { kid, alg: 'RS512' }),
  }
  assert.equal(keyVault.verifyToken(own({})).tenantId, entra.tenant.id)
  for (const [name, text] of Object.entries(forged)) {
    assert.throws(
      () => keyVault.verifyToken(text),
      (error: Error & { code?: string; status?: number }) => {
        assert.deepEqual([error.code, error.status], ['Unauthorized', 401], name)
        assert.equal(error.message.includes(text), false, 'the fault quotes the token')
        return true
      },
      name,
    )
  }
})

function unsigned(header: JsonObject, claims: JsonObject): string {
  return [encoded({ ...header, alg: 'none' }), encoded(claims), ''].join('.')
}

// Whoever verifies by the algorithm that the token names would take the public key for a shared secret.
function signedWithPublicKey({ keys }: Services['entra'], claims: JsonObject): string {
  const { kid, certificate } = keys.current()
  const secret = certificate.publicKey.export({ type: 'spki', format: 'pem' })
  const content = `${encoded({ alg: 'HS256', typ: 'JWT', kid })}.${encoded(claims)}`
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`
}

function withPayload(token: string, claims: JsonObject): string {
  const [header = '', , signature = ''] = token.split('.')
  return [header, encoded(claims), signature].join('.')
}

function encoded(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
