import { generateKeyPair } from 'node:crypto'
import { isIP } from 'node:net'
import { promisify } from 'node:util'
import type { pki } from 'node-forge'
import { randomHex } from '../../base/ids.ts'

/** A certificate with its private key, both as PEM. */
export interface Credential {
  readonly cert: string
  readonly key: string
}

export interface CertificateRequest {
  readonly commonName: string
  /** Host names and IP addresses; a name may begin with `*.`. None for an authority. */
  readonly names: readonly string[]
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly purpose: 'authority' | 'server' | 'signature'
  /** Who signs; without it the certificate signs itself. */
  readonly issuer?: Credential
}

/** Makes a key pair and a certificate for it: https://www.rfc-editor.org/rfc/rfc5280 */
export async function issueCertificate(request: CertificateRequest): Promise<Credential> {
  const { default: forge } = await import('node-forge')
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(
    pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  )
  // A first byte below 0x80 keeps the number positive.
  certificate.serialNumber = `01${randomHex(15)}`
  certificate.validity.notBefore = new Date(request.notBeforeMs)
  certificate.validity.notAfter = new Date(request.notAfterMs)
  certificate.setSubject([
    { name: 'organizationName', value: 'Interline' },
    { name: 'commonName', value: request.commonName },
  ])
  const issuer = request.issuer && forge.pki.certificateFromPem(request.issuer.cert)
  certificate.setIssuer((issuer ?? certificate).subject.attributes)
  certificate.setExtensions(extensionsOf(request, issuer && keyIdentifierOf(issuer)))
  certificate.sign(
    forge.pki.privateKeyFromPem(request.issuer?.key ?? key),
    forge.md.sha256.create(),
  )
  return { cert: forge.pki.certificateToPem(certificate), key }
}

// Objects made for each certificate: the library writes its results into them.
function extensionsOf(request: CertificateRequest, issuerKey: string | undefined): object[] {
  const isAuthority = request.purpose === 'authority'
  const { names } = request
  return [
    isAuthority
      ? { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true }
      : { name: 'basicConstraints', cA: false, critical: true },
    isAuthority
      ? { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true }
      : { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'subjectKeyIdentifier' },
    ...(request.purpose === 'server'
      ? [{ name: 'extKeyUsage', serverAuth: true, clientAuth: true }]
      : []),
    ...(issuerKey === undefined
      ? []
      : [{ name: 'authorityKeyIdentifier', keyIdentifier: issuerKey }]),
    ...(names.length > 0 ? [{ name: 'subjectAltName', altNames: names.map(alternativeName) }] : []),
  ]
}

function alternativeName(name: string): object {
  const [address, dnsName] = [7, 2]
  return isIP(name) ? { type: address, ip: name } : { type: dnsName, value: name }
}

function keyIdentifierOf(issuer: pki.Certificate): string {
  return issuer.generateSubjectKeyIdentifier().getBytes()
}
