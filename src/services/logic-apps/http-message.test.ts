import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyValue, writeMessage } from './http-message.ts'

test('JSON is a value, text is text, anything else is content with its type', () => {
  assert.deepEqual(bodyValue(Buffer.from('{"a":1}'), 'application/json; charset=utf-8'), { a: 1 })
  assert.equal(bodyValue(Buffer.from('{'), 'application/json'), '{')
  assert.equal(bodyValue(Buffer.from('a'), 'text/plain'), 'a')
  assert.equal(bodyValue(Buffer.alloc(0), 'text/plain'), undefined)
  assert.deepEqual(bodyValue(Buffer.from('<a/>'), 'application/xml'), {
    '$content-type': 'application/xml',
    $content: Buffer.from('<a/>').toString('base64'),
  })
  assert.deepEqual(bodyValue(Buffer.from([0xff, 0xfe]), undefined), {
    '$content-type': 'application/octet-stream',
    $content: '//4=',
  })
})

test('a form has its fields', () => {
  const value = bodyValue(Buffer.from('a=1&b=x+y'), 'application/x-www-form-urlencoded')
  assert.ok(typeof value === 'object' && value !== null && '$formdata' in value)
  assert.deepEqual(value['$formdata'], [
    { key: 'a', value: '1' },
    { key: 'b', value: 'x y' },
  ])
})

test('parts are written with a boundary and read again', () => {
  const headers = { 'Content-Disposition': 'form-data; name="file"; filename="a.txt"' }
  const body = {
    '$content-type': 'multipart/form-data',
    $multipart: [
      { headers, body: 'text' },
      { headers: {}, body: { '$content-type': 'image/png', $content: 'AAE=' } },
    ],
  }
  const { bytes, contentType = '' } = writeMessage(body)
  assert.match(contentType, /^multipart\/form-data; boundary="/)
  const read = bodyValue(bytes ?? Buffer.alloc(0), contentType)
  assert.ok(typeof read === 'object' && read !== null && '$multipart' in read)
  assert.deepEqual(read['$multipart'], [
    {
      headers: { ...headers, 'Content-Type': 'text/plain; charset=utf-8' },
      body: { '$content-type': 'text/plain; charset=utf-8', $content: 'dGV4dA==' },
    },
    {
      headers: { 'Content-Type': 'image/png' },
      body: { '$content-type': 'image/png', $content: 'AAE=' },
    },
  ])
})
