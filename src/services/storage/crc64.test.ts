import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Crc64 } from './crc64.ts'

test('the checksum of the nine digits is the one that the algorithm is known by', () => {
  const digest = new Crc64().update(Buffer.from('1234')).update(Buffer.from('56789')).digest()
  const number = Buffer.from(digest, 'base64').readBigUInt64LE()
  assert.equal(number.toString(16), 'ae8b14860a799888')
})
