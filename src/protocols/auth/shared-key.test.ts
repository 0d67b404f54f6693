import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSignedBy, parseSharedKey, sign, stringToSign } from './shared-key.ts'
import { accountSasText, parseStorageSas, serviceSasText } from './storage-sas.ts'

const request = {
  method: 'GET',
  path: '/mycontainer',
  query: new URLSearchParams('restype=container&comp=metadata&timeout=20'),
  headers: {
    'x-ms-version': '2015-02-21',
    'x-ms-date': 'Fri, 26 Jun 2015 23:39:12 GMT',
    'content-length': '0',
    date: 'ignored',
  },
}

test('the text to sign is the one that the vendor shows', () => {
  const text = stringToSign({ scheme: 'SharedKey', account: 'myaccount' }, request)
  assert.equal(
    text,
    'GET\n\n\n\n\n\n\n\n\n\n\n\n' +
      'x-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n' +
      '/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20',
  )
  const lite = stringToSign({ scheme: 'SharedKeyLite', account: 'myaccount' }, request)
  assert.equal(
    lite,
    'GET\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n' +
      '/myaccount/mycontainer?comp=metadata',
  )
})

test('either key may sign, and headers may be sorted with their hyphens or without', () => {
  const keys = ['b25l', 'dHdv']
  const headers = { ...request.headers, 'x-ms-meta-ab': '1', 'x-ms-meta-a-c': '2' }
  const given = { ...request, headers }
  const parts = { scheme: 'SharedKey', account: 'a' } as const
  const sorted = stringToSign(parts, given)
  const windows = sorted.replace(
    'x-ms-meta-a-c:2\nx-ms-meta-ab:1\n',
    'x-ms-meta-ab:1\nx-ms-meta-a-c:2\n',
  )
  for (const text of [sorted, windows]) {
    for (const key of keys) {
      const header = parseSharedKey(`SharedKey a:${sign(key, text)}`)
      assert.ok(header)
      assert.equal(isSignedBy(keys, header, given), true)
      assert.equal(isSignedBy(['b3RoZXI='], header, given), false)
    }
  }
  assert.equal(parseSharedKey('Bearer x'), undefined)
  assert.equal(parseSharedKey('SharedKey a'), undefined)
})

test('each version of a signature signs the fields that it knows', () => {
  const fields = 'sp=r&st=s&se=e&si=i&sip=1&spr=p&sr=b&ses=x&rsct=t'
  const text = (version: string) => {
    const sas = parseStorageSas(new URLSearchParams(`${fields}&sv=${version}&sig=z`))
    assert.equal(sas?.kind, 'service')
    return sas && serviceSasText(sas, '/blob/a/c/b', 'then').replaceAll('\n', ',')
  }
  assert.equal(text('2013-08-15'), 'r,s,e,/blob/a/c/b,i,2013-08-15,,,,,t')
  assert.equal(text('2015-04-05'), 'r,s,e,/blob/a/c/b,i,1,p,2015-04-05,,,,,t')
  assert.equal(text('2018-11-09'), 'r,s,e,/blob/a/c/b,i,1,p,2018-11-09,b,then,,,,,t')
  assert.equal(text('2020-12-06'), 'r,s,e,/blob/a/c/b,i,1,p,2020-12-06,b,then,x,,,,,t')
  const query = new URLSearchParams('sv=2019-02-02&ss=b&srt=o&sp=r&se=e&sig=z')
  const account = parseStorageSas(query)
  assert.ok(account)
  assert.equal(accountSasText(account, 'a'), 'a\nr\nb\no\n\ne\n\n\n2019-02-02\n')
})
