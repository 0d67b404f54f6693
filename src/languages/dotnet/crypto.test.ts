import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { toBase64 } from './base64.ts'
import { hexadecimalText } from './bit-converter.ts'
import { Certificate } from './certificate.ts'
import { SymmetricAlgorithm } from './cipher.ts'
import { Encoding } from './encoding.ts'
import { DotnetException } from './exceptions.ts'
import { HashAlgorithm } from './hash.ts'
import { Rsa } from './rsa.ts'

const utf8 = new Encoding('utf-8')

function throws(run: () => unknown, typeName: string): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof DotnetException, String(error))
    assert.equal(error.typeName, typeName)
    return true
  })
}

test('hashes and message codes are those of the standards', () => {
  const parcel = HashAlgorithm.plain('SHA384').computeHash(utf8.getBytes('parcel'))
  assert.equal(toBase64(parcel), 'h5oFsHaf5iOeAWjg0kAiV/OEbTYhHcpPJ2/VmTZH/Up5Zvas80SgIjVn1h+zgIuw')
  const sha1 = HashAlgorithm.plain('SHA1', 'SHA1Managed')
  assert.equal(toBase64(sha1.computeHash(utf8.getBytes('abc'))), 'qZk+NkcGgWq6PiVxeFDCbJzQ2J0=')
  assert.equal(sha1.typeName, 'System.Security.Cryptography.SHA1Managed')
  const mac = HashAlgorithm.keyed('MD5', utf8.getBytes('k')).computeHash(utf8.getBytes('m'))
  assert.equal(hexadecimalText(mac), 'ED-7E-72-4D-3A-91-55-4A-AA-20-43-04-1D-9C-53-05')
  assert.equal(HashAlgorithm.byName('HMACSHA256')?.hashSize, 256)
  assert.equal(HashAlgorithm.byName('nope'), null)
  throws(() => HashAlgorithm.keyed('SHA256', null), 'System.ArgumentNullException')
  throws(() => sha1.computeHash(null), 'System.ArgumentNullException')
  sha1.dispose()
  throws(() => sha1.computeHash(new Uint8Array()), 'System.ObjectDisposedException')
})

test('AES encrypts as .NET does, and refuses what it cannot read', () => {
  const aes = SymmetricAlgorithm.create('AES')
  assert.ok(aes)
  aes.keySize = 128
  aes.key = utf8.getBytes('0123456789abcdef')
  aes.iv = utf8.getBytes('fedcba9876543210')
  const secret = aes.encrypt(utf8.getBytes('card=4929'))
  assert.equal(toBase64(secret), '3qOCeU07X9JgaW8mcvMlTQ==')
  assert.equal(utf8.getString(aes.decrypt(secret)), 'card=4929')
  throws(() => aes.decrypt(secret.slice(1)), 'System.Security.Cryptography.CryptographicException')
  throws(() => {
    aes.key = new Uint8Array(5)
  }, 'System.Security.Cryptography.CryptographicException')
  aes.padding = 'Zeros'
  aes.mode = 'ECB'
  assert.equal(aes.decrypt(aes.encrypt(utf8.getBytes('x'))).length, 16)
})

test('RSA signs, verifies, encrypts and decrypts', () => {
  const rsa = Rsa.create(1024)
  const text = utf8.getBytes('order')
  const signature = rsa.signData(text, 'SHA256', 'Pkcs1')
  assert.ok(rsa.verifyData(text, signature, 'SHA256', 'Pkcs1'))
  assert.ok(!rsa.verifyData(utf8.getBytes('other'), signature, 'SHA256', 'Pkcs1'))
  const hash = HashAlgorithm.plain('SHA256').computeHash(text)
  assert.deepEqual(rsa.signHash(hash, 'SHA256', 'Pkcs1'), signature)
  assert.deepEqual(rsa.decrypt(rsa.encrypt(text, 'OaepSHA1'), 'OaepSHA1'), text)
  throws(() => rsa.decrypt(text, 'OaepSHA1'), 'System.Security.Cryptography.CryptographicException')
})

test('a certificate tells its names, times and thumbprint', () => {
  const text = readFileSync(join('tests', 'golden', 'dotnet', 'certificate.golden'), 'utf8')
  const [der = '', expected = ''] = text.split('\n----------\n')
  const certificate = new Certificate(Buffer.from(der, 'base64'))
  const { subject, thumbprint, version, hasPrivateKey, notAfter, notBefore } = certificate
  assert.equal(`Subject ${subject}\nThumbprint ${thumbprint}\n`, expected)
  assert.equal(certificate.getNameInfo('SimpleName', false), 'client.contoso.example')
  assert.equal(certificate.getRsaPublicKey()?.keySize, 2048)
  assert.equal(certificate.getRsaPrivateKey(), null)
  assert.deepEqual([version, hasPrivateKey, notAfter.year - notBefore.year], [3, false, 10])
  assert.equal(notBefore.format('o'), '2023-01-01T00:00:00.0000000+00:00')
  throws(
    () => new Certificate(Uint8Array.of(1)),
    'System.Security.Cryptography.CryptographicException',
  )
})
