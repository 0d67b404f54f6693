import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHostJson } from './host-json.ts'
import { LogFilter } from './log-filter.ts'

function filterOf(logLevel: object): LogFilter {
  const text = JSON.stringify({ version: '2.0', logging: { logLevel } })
  return new LogFilter(parseHostJson({ text, file: 'host.json' }).logging)
}

test('without a level in host.json, information and above are kept', () => {
  const filter = filterOf({})
  assert.equal(filter.keeps('Function.Orders.User', 'information'), true)
  assert.equal(filter.keeps('Function.Orders.User', 'debug'), false)
})

test('the longest category that fits decides', () => {
  const filter = filterOf({
    default: 'Error',
    Function: 'Warning',
    'Function.Orders.User': 'Trace',
  })
  assert.equal(filter.keeps('Function.Orders.User', 'trace'), true)
  assert.equal(filter.keeps('Function.Orders', 'information'), false)
  assert.equal(filter.keeps('Function.Orders', 'warning'), true)
  assert.equal(filter.keeps('Host.Function.Console', 'warning'), false)
})

test('none keeps nothing of a category', () => {
  const filter = filterOf({ 'Function.Orders': 'None' })
  assert.equal(filter.keeps('Function.Orders.User', 'critical'), false)
})
