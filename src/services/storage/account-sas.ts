import type { JsonObject } from '../../base/json.ts'
import { stringMember } from '../../base/json.ts'
import { sign } from '../../protocols/auth/shared-key.ts'
import { accountSasText, parseStorageSas } from '../../protocols/auth/storage-sas.ts'
import type { Account } from './account.ts'
import { resourceInvalid } from './errors.ts'

const version = '2022-11-02'

/** The token that `listAccountSas` gives: https://learn.microsoft.com/rest/api/storagerp/storage-accounts/list-account-sas */
export function accountSas(account: Account, asked: JsonObject): string {
  const of = (name: string) => stringMember(asked, name) ?? ''
  for (const name of [
    'signedServices',
    'signedResourceTypes',
    'signedPermission',
    'signedExpiry',
  ]) {
    if (of(name) === '') throw resourceInvalid(`'${name}' is missing.`)
  }
  const fields: readonly (readonly [string, string])[] = [
    ['sv', version],
    ['ss', of('signedServices')],
    ['srt', of('signedResourceTypes')],
    ['sp', of('signedPermission')],
    ['st', of('signedStart')],
    ['se', of('signedExpiry')],
    ['sip', of('signedIp')],
    ['spr', of('signedProtocol')],
  ]
  const query = new URLSearchParams(
    fields.filter(([, value]) => value !== '').map(([...pair]) => pair),
  )
  query.set('sig', '')
  const sas = parseStorageSas(query)
  const key = of('keyToSign') === 'key2' ? account.keys[1] : account.keys[0]
  if (sas) query.set('sig', sign(key, accountSasText(sas, account.name)))
  return query.toString()
}
