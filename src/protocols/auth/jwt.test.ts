import assert from 'node:assert/strict'
import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { InvalidToken } from './invalid-token.ts'
import type { TokenFault } from './invalid-token.ts'
import { decodeJwt, signJwt } from './jwt.ts'
import type { TokenRules } from './jwt.ts'
import { KeySet, parseKeySet } from './key-set.ts'
import { signatureAlgorithms } from './signature-algorithm.ts'
import type { SignatureAlgorithm } from './signature-algorithm.ts'
import { TokenVerifier } from './token-verifier.ts'

const clock = new ManualClock()
const seconds = clock.now() / 1000
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keys = new KeySet([{ kid: 'one', key: rsa.publicKey, algorithm: 'RS256' }])
const claims = { iss: 'us', aud: 'api', exp: seconds + 60, nbf: seconds }
const rules: TokenRules = { algorithms: ['RS256'], issuers: ['us'], audiences: ['api'] }

function sign(change: JsonObject = {}, header: JsonObject = { kid: 'one' }): string {
  return signJwt({
    header,
    claims: { ...claims, ...change },
    algorithm: 'RS256',
    key: rsa.privateKey,
  })
}

function faultOf(token: string, change: Partial<TokenRules> = {}, set = keys): TokenFault {
  try {
    new TokenVerifier({ clock }).verify(token, set, { ...rules, ...change })
  } catch (error) {
    assert.ok(error instanceof InvalidToken)
    assert.equal(token.length > 20 && error.message.includes(token), false)
    return error.fault
  }
  throw new Error('the token was accepted')
}

test('every algorithm verifies what its key signed, and nothing else does', () => {
  const pairs = {
    RS: rsa,
    PS: rsa,
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  }
  const secret = createSecretKey(Buffer.alloc(64, 1))
  const pairOf = (algorithm: SignatureAlgorithm) =>
    Object.entries(pairs).find(([name]) => algorithm.startsWith(name))?.[1] ?? {
      privateKey: secret,
      publicKey: secret,
    }
  for (const algorithm of signatureAlgorithms) {
    const { privateKey, publicKey } = pairOf(algorithm)
    const token = signJwt({ claims, algorithm, key: privateKey })
    const set = new KeySet([{ key: publicKey }])
    const verifier = new TokenVerifier({ clock })
    assert.equal(
      verifier.verify(token, set, { ...rules, algorithms: [algorithm] }).claims['iss'],
      'us',
    )
    const [header = '', payload = '', signature = ''] = token.split('.')
    const other = Buffer.from(signature, 'base64url')
    other.writeUInt8((other.readUInt8(3) + 1) % 256, 3)
    const forged = [header, payload, other.toString('base64url')].join('.')
    assert.equal(faultOf(forged, { algorithms: [algorithm] }, set), 'signature', algorithm)
  }
})

test('what a token must not do, each by its fault', () => {
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`
  assert.equal(faultOf(none), 'unsigned')
  const publicKeyAsSecret = createSecretKey(
    rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    'utf8',
  )
  const confused = signJwt({ claims, algorithm: 'HS256', key: publicKeyAsSecret })
  assert.equal(faultOf(confused), 'algorithm')
  assert.equal(faultOf(confused, { algorithms: ['RS256', 'HS256'] }), 'key')
  assert.equal(faultOf(sign({}, { kid: 'two' })), 'key')
  assert.equal(faultOf(sign({}, { kid: 'one', crit: ['b64'] })), 'malformed')
  assert.equal(faultOf(sign({ exp: seconds })), 'expired')
  assert.equal(faultOf(sign({ exp: 'soon' })), 'malformed')
  assert.equal(faultOf(sign({ nbf: seconds + 1 })), 'not-yet-valid')
  assert.equal(faultOf(sign({ iss: 'them' })), 'issuer')
  assert.equal(faultOf(sign({ aud: ['other'] })), 'audience')
  assert.equal(faultOf(sign({ aud: '' })), 'audience')
  assert.equal(faultOf(sign({}, { kid: 'one', typ: 'secevent+jwt' }), { types: ['JWT'] }), 'type')
  const { exp: _, ...endless } = claims
  const text = signJwt({
    header: { kid: 'one' },
    claims: endless,
    algorithm: 'RS256',
    key: rsa.privateKey,
  })
  assert.equal(faultOf(text), 'expiry-missing')
})

test('text that is no token is refused whatever it is', () => {
  const good = sign()
  const texts = ['', '.', '..', 'a.b', `${good}.x`, ` ${good}`, `${good}=`, 'e30.e30.x.y']
  for (const text of [...texts, 'x'.repeat(1_000_000), 'W10.e30.AA', 'bnVsbA.e30.AA']) {
    assert.equal(faultOf(text), 'malformed', text.slice(0, 40))
  }
})

test('clocks may differ by as much as the rules say', () => {
  const late = sign({ exp: seconds - 5 })
  assert.equal(faultOf(late, { clockSkewMs: 5_000 }), 'expired')
  const verifier = new TokenVerifier({ clock })
  assert.ok(verifier.verify(late, keys, { ...rules, clockSkewMs: 6_000 }))
})

test('a verified token is remembered, for its key set and until it expires', async () => {
  const verifier = new TokenVerifier({ clock, countMax: 2 })
  const token = sign()
  assert.equal(verifier.verify(token, keys, rules), verifier.verify(token, keys, rules))
  assert.throws(
    () => verifier.verify(token, keys, { ...rules, audiences: ['other'] }),
    InvalidToken,
  )
  assert.throws(
    () => verifier.verify(token, keys, { ...rules, algorithms: ['ES256'] }),
    InvalidToken,
  )
  assert.throws(() => verifier.verify(token, new KeySet([]), rules), InvalidToken)
  for (const jti of ['1', '2', '3']) verifier.verify(sign({ jti }), keys, rules)
  assert.equal(verifier.count, 2)
  verifier.verify(token, keys, rules)
  await clock.advance(60_000)
  assert.throws(() => verifier.verify(token, keys, rules), InvalidToken)
})

test('a key set is read with what is in it of use', () => {
  const jwk = rsa.publicKey.export({ format: 'jwk' })
  const set = parseKeySet({
    keys: [
      { kty: 'RSA', n: String(jwk.n), e: String(jwk.e), kid: 'a', use: 'sig' },
      { kty: 'RSA', n: String(jwk.n), e: String(jwk.e), kid: 'b', use: 'enc' },
      { kty: 'RSA', n: 'broken', kid: 'c' },
      { kty: 'lattice', kid: 'd' },
      { kty: 'oct', k: 'c2VjcmV0', kid: 'e', alg: 'HS256' },
    ],
  })
  assert.deepEqual(
    set.keys.map(({ kid }) => kid),
    ['a', 'e'],
  )
  assert.throws(() => parseKeySet([]), SyntaxError)
  assert.throws(() => parseKeySet({ keys: Array.from({ length: 101 }, () => ({})) }), SyntaxError)
})

test('a token is taken apart without being believed', () => {
  assert.deepEqual(decodeJwt(sign({ iss: 'anybody' })).claims['iss'], 'anybody')
})
