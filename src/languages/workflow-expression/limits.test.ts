import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { compileExpression } from './compile-expression.ts'
import { makeRootTable, type ExpressionEnvironment } from './environment.ts'
import { ExpressionError, ExpressionSyntaxError } from './expression-error.ts'
import { compileTemplate } from './template.ts'
import type { Value } from './value.ts'

const roots = makeRootTable([{ name: 'body', argumentsMin: 1, argumentsMax: 1 }])

function environmentWith(body: Value, evaluatedCharactersMax?: number): ExpressionEnvironment {
  return {
    clock: new ManualClock(),
    roots,
    newGuid: () => '00000000-0000-0000-0000-000000000000',
    random: () => 0,
    callRoot: () => body,
    ...(evaluatedCharactersMax === undefined ? {} : { evaluatedCharactersMax }),
  }
}

function fault(text: string, body: Value = null): string {
  try {
    compileTemplate(text).evaluate(environmentWith(body))
  } catch (error) {
    assert.ok(error instanceof ExpressionError || error instanceof ExpressionSyntaxError)
    return error.message.slice(-200)
  }
  return 'none'
}

test('an expression of more than 8,192 characters is refused', () => {
  const name = 'x'.repeat(8_192 - "body('')".length)
  assert.ok(compileExpression(`body('${name}')`))
  assert.match(fault(`@body('${name}x')`), /exceeds the limit of '8192' characters/)
  assert.match(fault(`a @{body('${name}x')} b`), /exceeds the limit of '8192' characters/)
})

test('an expression with more than 200 levels is refused', () => {
  const deep = (levels: number): string => '@' + 'not('.repeat(levels) + 'true' + ')'.repeat(levels)
  assert.equal(fault(deep(199)), 'none')
  assert.match(fault(deep(200)), /has more than '200' levels/)
})

test('concat, base64 and string give no more than 131,072 characters, where the host says nothing else', () => {
  const long = 'a'.repeat(131_073)
  assert.match(fault("@concat(body('x'))", long), /exceeds the limit of '131072' characters/)
  assert.match(fault("@string(body('x'))", long), /exceeds the limit of '131072' characters/)
  assert.match(fault("@base64(body('x'))", 'a'.repeat(100_000)), /exceeds the limit/)
  const concat = compileExpression("concat(body('x'))")
  assert.equal(concat.evaluate(environmentWith(long, 200_000)), long)
  assert.equal(compileTemplate("@{body('x')}").evaluate(environmentWith(long)), long)
})

test('a text that would be too long is refused before it is made', () => {
  const pieces = 'a'.repeat(20_000)
  assert.match(fault("@replace(body('x'), 'a', body('x'))", pieces), /exceeds the limit/)
  const items = Array.from({ length: 20_000 }, () => 'b'.repeat(6_000))
  assert.match(fault("@join(body('x'), ',')", items), /exceeds the limit/)
})

test('JSON that is nested too deeply is refused', () => {
  const deep = '['.repeat(100_000)
  assert.match(fault("@json(body('x'))", deep), /MaxDepth of 512 has been exceeded/)
  assert.match(fault("@json(body('x'))", deep + ']'.repeat(100_000)), /has been exceeded/)
})

test('a value that is nested too deeply is a fault of the expression', () => {
  let value: Value = 1
  for (let level = 0; level < 200_000; level += 1) value = [value]
  assert.match(fault("@{body('x')}", value), /too large or too deep/)
})

test('a value that doubles in a loop ends', () => {
  let value: Value = ['x']
  const template = compileTemplate("@createArray(body('x'), body('x'))")
  assert.throws(() => {
    for (let turn = 0; turn < 100; turn += 1) value = template.evaluate(environmentWith(value))
  }, /has more than '5000000' values/)
})

test('a value that grows inwards in a loop ends', () => {
  let value: Value = 'x'
  const template = compileTemplate({ inner: "@body('x')" })
  assert.throws(() => {
    for (let turn = 0; turn < 2_000; turn += 1) value = template.evaluate(environmentWith(value))
  }, /has more than '1000' levels/)
})

test('XML whose entities grow is refused', () => {
  const entities = Array.from(
    { length: 20 },
    (_, index) => `<!ENTITY e${index + 1} "&e${index};&e${index};">`,
  )
  const bomb = `<!DOCTYPE a [<!ENTITY e0 "ha">${entities.join('')}]><a>&e20;</a>`
  assert.match(fault("@xml(body('x'))", bomb), /cannot be converted to XML/)
})

test('an XPath expression that looks at too many nodes ends', () => {
  const items = '<i/>'.repeat(3_000)
  assert.match(
    fault(
      "@xpath(xml(body('x')), 'count(//i[count(//i[count(//i) > 1]) > 1])')",
      `<r>${items}</r>`,
    ),
    /cannot be evaluated/,
  )
})

test('texts that go on and on are neither numbers nor dates', () => {
  const blanks = ' '.repeat(500_000)
  assert.match(fault("@float(body('x'))", `1${blanks}x`), /cannot be converted/)
  assert.match(fault("@int(body('x'))", '9'.repeat(500_000)), /cannot be converted/)
  assert.match(fault("@dayOfWeek(body('x'))", `2018-01-01${blanks}`), /was not valid/)
  assert.match(fault("@formatNumber(1.5, 'N999999999')"), /Format specifier was invalid/)
})
