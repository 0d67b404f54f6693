import { X509Certificate } from 'node:crypto'
import { type JsonObject, isJsonObject, objectMember, stringMember } from '../../base/json.ts'
import type { TrustedAuthority } from './gateway/certificate-chain.ts'

/**
 * The authorities that the resource of a service brings in `certificates`; one that cannot be read is left out.
 * https://learn.microsoft.com/azure/api-management/api-management-howto-ca-certificates
 */
export function authoritiesOf(resource: JsonObject): readonly TrustedAuthority[] {
  const { certificates } = objectMember(resource, 'properties')
  const list = Array.isArray(certificates) ? certificates.filter((each) => isJsonObject(each)) : []
  return list.flatMap((each) => {
    const certificate = parsed(stringMember(each, 'encodedCertificate') ?? '')
    const isRoot = stringMember(each, 'storeName')?.toLowerCase() === 'root'
    return certificate ? [{ certificate, isRoot }] : []
  })
}

function parsed(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64'))
  } catch {
    return undefined
  }
}
