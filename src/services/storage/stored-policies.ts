import type { AccessPolicy } from './access.ts'
import { invalidInput } from './errors.ts'
import { accessPolicyCountMax } from './limits.ts'
import { childrenOf, readXml, textOf } from './xml-reader.ts'
import { document, element, group } from './xml-writer.ts'

/** The stored access policies of a container, queue or table: https://learn.microsoft.com/rest/api/storageservices/define-stored-access-policy */
export function policiesXml(policies: readonly AccessPolicy[]): string {
  const identifiers = policies.map(({ id, start, expiry, permission }) =>
    group('SignedIdentifier', [
      element('Id', id),
      group('AccessPolicy', [
        element('Start', start),
        element('Expiry', expiry),
        element('Permission', permission),
      ]),
    ]),
  )
  return document(group('SignedIdentifiers', identifiers))
}

/** Reads what `Set ACL` sends; nothing sent removes all. */
export function readPolicies(text: string): readonly AccessPolicy[] {
  if (text.trim() === '') return []
  const identifiers = childrenOf(readXml(text), 'SignedIdentifier')
  if (identifiers.length > accessPolicyCountMax) {
    throw invalidInput('At most five stored access policies can be set.')
  }
  return identifiers.map((identifier) => {
    const policy = childrenOf(identifier, 'AccessPolicy')[0]
    const of = (name: string) => textOf(policy, name) || undefined
    const fields = { start: of('Start'), expiry: of('Expiry'), permission: of('Permission') }
    return { id: textOf(identifier, 'Id') ?? '', ...fields }
  })
}
