import { X509Certificate } from 'node:crypto'
import { Certificate } from '../../../languages/dotnet/certificate.ts'
import type { ClientCertificate } from '../certificate.ts'
import { chainOf, namesRevocationList } from '../gateway/certificate-chain.ts'
import type { GatewayCall } from '../gateway/gateway-call.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicySource } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/validate-client-certificate-policy */
export const validateClientCertificate: PolicyDefinition = {
  name: 'validate-client-certificate',
  sections: ['inbound'],
  attributes: [
    'validate-revocation',
    'validate-trust',
    'validate-not-before',
    'validate-not-after',
    'ignore-error',
  ],
  elements: ['identities'],
  compile(source) {
    const checks = {
      revocation: literalFlag(source, 'validate-revocation', true),
      trust: literalFlag(source, 'validate-trust', true),
      notBefore: literalFlag(source, 'validate-not-before', true),
      notAfter: literalFlag(source, 'validate-not-after', true),
    }
    const ignoresError = literalFlag(source, 'ignore-error', false)
    const identities = source.child('identities')?.children('identity').map(compileIdentity)
    return (call) => {
      const fault = faultOf(call, checks) ?? identityFault(call, identities)
      if (!fault || ignoresError) return
      throw new PolicyError({
        source: source.name,
        ...fault,
        status: 401,
        answer: 'Access denied due to invalid client certificate.',
      })
    }
  },
}

function literalFlag(source: PolicySource, attribute: string, normal: boolean): boolean {
  const text = source.literal(attribute)?.toLowerCase()
  if (text === undefined) return normal
  if (text === 'true' || text === 'false') return text === 'true'
  throw source.fault(`the attribute '${attribute}' must be true or false, not '${text}'`, attribute)
}

interface CertificateFault {
  readonly reason: string
  readonly message: string
}

function faultOf(
  call: GatewayCall,
  checks: { revocation: boolean; trust: boolean; notBefore: boolean; notAfter: boolean },
): CertificateFault | undefined {
  const { certificate } = call.request
  if (!certificate) {
    return { reason: 'ClientCertificateMissing', message: 'The caller showed no certificate.' }
  }
  const own = new X509Certificate(certificate.der)
  const nowMs = call.parts.clock.now()
  if (checks.notBefore && Date.parse(own.validFrom) > nowMs) {
    return { reason: 'ClientCertificateNotYetValid', message: 'The certificate is not valid yet.' }
  }
  if (checks.notAfter && Date.parse(own.validTo) < nowMs) {
    return { reason: 'ClientCertificateExpired', message: 'The certificate has expired.' }
  }
  if (checks.trust && !chainOf(own, call.parts.authorities())) {
    return {
      reason: 'ClientCertificateNotTrusted',
      message: 'The certificate is of no authority that is trusted.',
    }
  }
  // Nothing here asks for lists: a certificate that has to be on none of them cannot be said to be good.
  if (checks.revocation && namesRevocationList(own)) {
    return {
      reason: 'ClientCertificateRevocationUnknown',
      message: 'Whether the certificate was revoked could not be found out.',
    }
  }
  return undefined
}

type IdentityCheck = (call: GatewayCall, certificate: X509Certificate) => boolean

function identityFault(
  call: GatewayCall,
  identities: readonly IdentityCheck[] | undefined,
): CertificateFault | undefined {
  const { certificate } = call.request
  if (!identities || !certificate) return undefined
  const own = new X509Certificate(certificate.der)
  if (identities.some((each) => each(call, own))) return undefined
  return {
    reason: 'ClientCertificateIdentityNotMatched',
    message: 'The certificate is that of none of the identities.',
  }
}

/** An `identity`: everything that it says must be so. */
function compileIdentity(source: PolicySource): IdentityCheck {
  const own = claims.map(([attribute, matches]) => ({ value: source.text(attribute), matches }))
  const issuerSubject = source.text('issuer-subject')
  const issuerThumbprint = source.text('issuer-thumbprint')
  const issuerId = source.text('issuer-certificate-id')
  if (issuerId && (issuerSubject || issuerThumbprint)) {
    throw source.fault(
      "'issuer-certificate-id' stands without other attributes of the issuer.",
      'issuer-certificate-id',
    )
  }
  return (call, certificate) => {
    if (!own.every(({ value, matches }) => !value || matches(value.read(call), certificate))) {
      return false
    }
    const issuer = chainOf(certificate, call.parts.authorities())?.[1]
    if (issuerSubject && !isSameName(issuerSubject.read(call), issuerNameOf(certificate)))
      return false
    if (issuerThumbprint && (!issuer || !isThumbprint(issuerThumbprint.read(call), issuer)))
      return false
    const known = call.partsAt(source.environment.scope).certificates()
    return !issuerId || isIssuedBy(certificate, known, issuerId.read(call))
  }
}

type ClaimMatch = (wanted: string, certificate: X509Certificate) => boolean

const claims: readonly (readonly [string, ClaimMatch])[] = [
  ['thumbprint', isThumbprint],
  ['serial-number', (wanted, { serialNumber }) => isSameHex(wanted, serialNumber)],
  ['common-name', (wanted, { raw }) => isSameText(wanted, commonNameOf(raw))],
  ['subject', (wanted, { raw }) => isSameName(wanted, new Certificate(raw).subject)],
  [
    'dns-name',
    (wanted, certificate) => dnsNamesOf(certificate).some((each) => isSameText(wanted, each)),
  ],
]

function isIssuedBy(
  certificate: X509Certificate,
  known: readonly ClientCertificate[],
  id: string,
): boolean {
  const found = known.find((each) => isSameText(each.id, id))
  if (!found) return false
  const issuer = new X509Certificate(found.der)
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

function isThumbprint(wanted: string, certificate: X509Certificate): boolean {
  return isSameHex(wanted, certificate.fingerprint.replaceAll(':', ''))
}

function isSameHex(left: string, right: string): boolean {
  const plain = (text: string): string => text.replaceAll(/[^\da-f]/gi, '').toLowerCase()
  return plain(left) === plain(right)
}

function isSameText(left: string, right: string): boolean {
  return left.trim().toLowerCase() === right.trim().toLowerCase()
}

// The parts of a name count, in either order: some list the country first, some last.
function isSameName(left: string, right: string): boolean {
  const parts = partsOfName(left)
  const others = partsOfName(right)
  const same = (list: readonly string[]): boolean =>
    list.length === others.length && list.every((each, index) => each === others[index])
  return same(parts) || same(parts.toReversed())
}

function partsOfName(name: string): readonly string[] {
  return [...name.matchAll(/((?:"[^"]*"|[^,"])+)/g)].map(([part]) => {
    const [key = '', ...value] = part.split('=')
    const text = value
      .join('=')
      .trim()
      .replace(/^"(.*)"$/, '$1')
      // Node puts a backslash before a comma.
      .replaceAll(/\\(.)/g, '$1')
    return `${key.trim().toUpperCase().replace(/^ST$/, 'S')}=${text.toLowerCase()}`
  })
}

function issuerNameOf({ raw }: X509Certificate): string {
  return new Certificate(raw).issuer
}

function commonNameOf(raw: Uint8Array): string {
  const found = partsOfName(new Certificate(raw).subject).find((each) => each.startsWith('CN='))
  return found?.slice('CN='.length) ?? ''
}

function dnsNamesOf({ subjectAltName }: X509Certificate): readonly string[] {
  return [...(subjectAltName ?? '').matchAll(/DNS:([^,\s]+)/g)].map(([, name = '']) => name)
}
