import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { isOwnAddress } from './own-address.ts'

test('loopback and link-local addresses are this machine, however they are written', () => {
  for (const address of [
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '169.254.169.254',
    '::1',
    '::',
    'fe80::1%eth0',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '168.63.129.16',
  ]) {
    assert.ok(isOwnAddress(address), address)
  }
  for (const address of ['10.0.0.1', '203.0.113.7', '2001:db8::1', '::ffff:203.0.113.7']) {
    assert.ok(!isOwnAddress(address), address)
  }
})

test('the addresses of the network interfaces are this machine', () => {
  for (const { address } of Object.values(networkInterfaces()).flatMap((each) => each ?? [])) {
    assert.ok(isOwnAddress(address), address)
  }
})
