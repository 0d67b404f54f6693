import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkSiteConfig } from './site-config.ts'

test('what decides who may call an app, and is not followed, is refused by its name', () => {
  for (const [name, value] of [
    ['cors', { allowedOrigins: ['https://portal.azure.com'] }],
    ['ipSecurityRestrictions', [{ ipAddress: '10.0.0.0/8', action: 'Deny' }]],
    ['connectionStrings', [{ name: 'db', connectionString: 'x', type: 'Custom' }]],
    ['IpSecurityRestrictionsDefaultAction', 'Deny'],
  ] as const) {
    assert.throws(() => checkSiteConfig('func-1', JSON.parse(JSON.stringify({ [name]: value }))), {
      code: 'BadRequest',
      status: 400,
      message: new RegExp(`siteConfig\\.${name}' is not supported`),
    })
  }
})

test('how Azure hosts an app, and what asks for nothing, is accepted', () => {
  checkSiteConfig('func-1', {
    alwaysOn: true,
    linuxFxVersion: 'NODE|20',
    minTlsVersion: '1.2',
    appSettings: [{ name: 'A', value: 'b' }],
    ipSecurityRestrictions: [],
    ipSecurityRestrictionsDefaultAction: 'Allow',
    appCommandLine: '',
  })
})
