import { createHash } from 'node:crypto'
import type forge from 'node-forge'
import { ServiceError, messageOf } from '../../base/errors.ts'
import type { OutgoingTls } from '../../protocols/http/outgoing-http.ts'

/** The certificate that an action shows: base64 of a PFX file and its password. */
export async function certificateTls(pfx: string, password: string): Promise<OutgoingTls> {
  // Loaded for the first certificate: few workflows show one.
  const { default: forge } = await import('node-forge')
  try {
    const asn1 = forge.asn1.fromDer(forge.util.decode64(pfx))
    const store = forge.pkcs12.pkcs12FromAsn1(asn1, password)
    const [certificate] = bags(store, forge.pki.oids['certBag'])
    const [shrouded] = bags(store, forge.pki.oids['pkcs8ShroudedKeyBag'])
    const [plain] = bags(store, forge.pki.oids['keyBag'])
    const key = (shrouded ?? plain)?.key
    if (!certificate?.cert || !key) throw new Error('it holds no certificate with its key')
    return {
      acceptsAnyCertificate: false,
      clientCertificate: {
        id: createHash('sha256').update(pfx).digest('hex'),
        cert: forge.pki.certificateToPem(certificate.cert),
        key: forge.pki.privateKeyToPem(key),
      },
    }
  } catch (error) {
    throw new ServiceError(
      'InvalidClientCertificate',
      400,
      `The client certificate of the authentication is not valid: ${messageOf(error)}.`,
    )
  }
}

function bags(store: forge.pkcs12.Pkcs12Pfx, type: string | undefined): forge.pkcs12.Bag[] {
  const bagType = type ?? ''
  return store.getBags({ bagType })[bagType] ?? []
}
