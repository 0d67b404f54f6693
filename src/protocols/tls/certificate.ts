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
  /** Who signs; without it the certificate is an authority's own. */
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
  certificate.setExtensions(
    issuer ? serverExtensions(request, keyIdentifierOf(issuer)) : authorityExtensions(),
  )
  certificate.sign(
    forge.pki.privateKeyFromPem(request.issuer?.key ?? key),
    forge.md.sha256.create(),
  )
  return { cert: forge.pki.certificateToPem(certificate), key }
}

// Objects made for each certificate: the library writes its results into them.
function authorityExtensions(): object[] {
  return [
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]
}

function serverExtensions(request: CertificateRequest, keyIdentifier: string): object[] {
  return [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier },
    { name: 'subjectAltName', altNames: request.names.map(alternativeName) },
  ]
}

function alternativeName(name: string): object {
  const [address, dnsName] = [7, 2]
  return isIP(name) ? { type: address, ip: name } : { type: dnsName, value: name }
}

function keyIdentifierOf(issuer: pki.Certificate): string {
  return issuer.generateSubjectKeyIdentifier().getBytes()
}
