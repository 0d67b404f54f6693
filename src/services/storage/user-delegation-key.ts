import type { Caller } from './access.ts'
import { noAuthentication } from './access-errors.ts'
import { xmlAnswer, type Answer } from './answer.ts'
import { readText } from './body.ts'
import { invalidQuery } from './errors.ts'
import { delegationKeyLifeMs, xmlBodyBytesMax } from './limits.ts'
import { delegationKey } from './sas-authorization.ts'
import type { Storage } from './service.ts'
import type { StorageRequest } from './storage-request.ts'
import { readXml, textOf } from './xml-reader.ts'
import { document, element, group } from './xml-writer.ts'

/** https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key */
export async function userDelegationKey(
  storage: Pick<Storage, 'clock'>,
  call: {
    readonly request: StorageRequest
    readonly caller: Caller
    /** The service that it signs for. */
    readonly service: 'b' | 'q'
  },
): Promise<Answer> {
  const { request, caller, service } = call
  const { identity } = caller
  if (!identity) throw noAuthentication()
  const xml = readXml(await readText(request, xmlBodyBytesMax))
  const nowMs = storage.clock.now()
  const expiryMs = Date.parse(textOf(xml, 'Expiry') ?? '')
  const startMs = Date.parse(textOf(xml, 'Start') ?? new Date(nowMs).toISOString())
  const isRight = expiryMs > startMs && expiryMs > nowMs && expiryMs - nowMs <= delegationKeyLifeMs
  if (!isRight) throw invalidQuery('Expiry', textOf(xml, 'Expiry') ?? '', 'expected within a week')
  const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`
  const fields = {
    ...identity,
    start: iso(startMs),
    expiry: iso(expiryMs),
    service,
    version: request.version,
  }
  const value = delegationKey(request.named.keys[0] ?? '', fields)
  const root = group('UserDelegationKey', [
    element('SignedOid', fields.objectId),
    element('SignedTid', fields.tenantId),
    element('SignedStart', fields.start),
    element('SignedExpiry', fields.expiry),
    element('SignedService', fields.service),
    element('SignedVersion', fields.version),
    element('Value', value),
  ])
  return xmlAnswer(document(root))
}
