import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  parseCheckArguments,
  parseResetArguments,
  parseStatusArguments,
  parseUpArguments,
  UsageError,
} from './arguments.ts'

function usage(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof UsageError && message.test(error.message)
}

test('without arguments `up` runs this folder on its default state', () => {
  assert.deepEqual(parseUpArguments([]), {
    dirs: ['.'],
    dataDir: join(process.cwd(), '.interline'),
    port: undefined,
    host: '127.0.0.1',
    demo: false,
    untilIdle: false,
  })
})

test('`up` takes folders, a state folder, an address and switches', () => {
  const args = ['a', 'b', '--data', 'd', '--port', '0', '--host', '::1', '--demo', '--until-idle']
  assert.deepEqual(parseUpArguments(args), {
    dirs: ['a', 'b'],
    dataDir: 'd',
    port: 0,
    host: '::1',
    demo: true,
    untilIdle: true,
  })
})

test('a port that is none is refused', () => {
  for (const port of ['x', '-1', '70000', '8e3', ''])
    assert.throws(() => parseUpArguments([`--port=${port}`]), usage(/from 0 to 65535/))
})

test('no command accepts what it would ignore', () => {
  assert.throws(() => parseUpArguments(['--json']), usage(/--json/))
  assert.throws(() => parseStatusArguments(['solutions/orders']), usage(/solutions\/orders/))
  assert.throws(() => parseResetArguments(['solutions/orders']), usage(/solutions\/orders/))
  assert.throws(() => parseResetArguments(['--json']), usage(/--json/))
  assert.throws(() => parseCheckArguments(['--data', 'd']), usage(/--data/))
})
