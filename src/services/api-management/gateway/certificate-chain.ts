import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'

/** A certificate that the owner of the service lets certificates of callers be of. */
export interface TrustedAuthority {
  readonly certificate: X509Certificate
  /** False for one between a root and the certificates of callers. */
  readonly isRoot: boolean
}

/** The distribution points of a revocation list: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.13 */
const revocationExtension = Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x1f])

const chainLengthMax = 10

/** Finds who issued a certificate, up to a root of the service or of the machine; undefined where nobody is trusted. */
export function chainOf(
  certificate: X509Certificate,
  authorities: readonly TrustedAuthority[],
): readonly X509Certificate[] | undefined {
  const chain = [certificate]
  for (let top = certificate; chain.length < chainLengthMax;) {
    const trusted = authorities.find(
      (each) => each.certificate.fingerprint256 === top.fingerprint256,
    )
    if (trusted?.isRoot) return chain
    const own = authorities.find((each) => isIssuer(each.certificate, top))?.certificate
    const issuer = own ?? machineRoots().find((each) => isIssuer(each, top))
    if (!issuer || issuer.fingerprint256 === top.fingerprint256) return undefined
    chain.push(issuer)
    if (!own) return chain
    top = issuer
  }
  return undefined
}

/** True where a certificate says that a list of revoked ones must be asked. */
export function namesRevocationList(certificate: X509Certificate): boolean {
  return certificate.raw.includes(revocationExtension)
}

function isIssuer(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

const parsedRoots: X509Certificate[] = []

// Parsed when somebody asks: there are about 150.
function machineRoots(): readonly X509Certificate[] {
  if (parsedRoots.length === 0) {
    parsedRoots.push(...rootCertificates.map((pem) => new X509Certificate(pem)))
  }
  return parsedRoots
}
