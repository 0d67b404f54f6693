import { X509Certificate, createPrivateKey } from 'node:crypto'
import { stringMember } from '../../base/json.ts'
import { validationError } from './errors.ts'
import type { EntityKind } from './entity-kind.ts'
import type { Entity } from './entity-tree.ts'
import { readVault, vaultReferenceOf } from './vault-reference.ts'

/** A certificate that policies show to backends, and expressions read. */
export interface ClientCertificate {
  readonly id: string
  /** SHA-1 in capital hexadecimal digits. */
  readonly thumbprint: string
  readonly der: Uint8Array
  readonly certificatePem: string
  /** Absent where the certificate came without its key. */
  readonly keyPem: string | undefined
}

type PemParts = Readonly<Record<'certificatePem', string> & Partial<Record<'keyPem', string>>>

/** https://learn.microsoft.com/rest/api/apimanagement/certificate */
export const certificateKind: EntityKind = {
  kind: 'certificates',
  label: 'Certificate',
  accept({ fields, properties }) {
    if (vaultReferenceOf(properties) === undefined) fields.requiredText('data')
    fields.text('password')
    return properties
  },
  async prepare(accepted, reader) {
    const read = await readVault(accepted, reader)
    const { data: _data, password: _password, vaultValue: _value, ...rest } = read
    const given = stringMember(read, 'data') ?? stringMember(read, 'vaultValue') ?? ''
    const found = await parseCertificate(given, stringMember(read, 'password') ?? '')
    const own = new X509Certificate(found.certificatePem)
    return {
      ...rest,
      subject: own.subject.replaceAll('\n', ', '),
      thumbprint: own.fingerprint.replaceAll(':', ''),
      expirationDate: new Date(own.validTo).toISOString(),
      ...found,
    }
  },
  show({ properties }) {
    const { certificatePem: _certificate, keyPem: _key, ...rest } = properties
    return rest
  },
}

export function certificateOf({ names: [id = ''], properties }: Entity): ClientCertificate {
  const certificatePem = stringMember(properties, 'certificatePem') ?? ''
  return {
    id,
    thumbprint: stringMember(properties, 'thumbprint') ?? '',
    der: new X509Certificate(certificatePem).raw,
    certificatePem,
    keyPem: stringMember(properties, 'keyPem'),
  }
}

/** A certificate that is in no service: the bytes of a PFX, or of a certificate alone. Throws for what is neither. */
export async function readCertificate(
  bytes: Uint8Array,
  password: string,
): Promise<ClientCertificate> {
  const { certificatePem, keyPem } = await parseCertificate(
    Buffer.from(bytes).toString('base64'),
    password,
  )
  const own = new X509Certificate(certificatePem)
  const thumbprint = own.fingerprint.replaceAll(':', '')
  return { id: '', thumbprint, der: own.raw, certificatePem, keyPem }
}

/** Reads a PFX in base64, a certificate in base64 or what a vault has of a certificate in PEM. */
async function parseCertificate(data: string, password: string): Promise<PemParts> {
  try {
    if (data.includes('-----BEGIN')) return parsePem(data)
    const der = Buffer.from(data, 'base64')
    return (
      (await parsePfx(der, password)) ?? { certificatePem: new X509Certificate(der).toString() }
    )
  } catch (error) {
    const message = 'The certificate data is not valid, or its password is wrong.'
    throw Object.assign(validationError([{ target: 'data', message }]), { cause: error })
  }
}

function parsePem(text: string): PemParts {
  const [key] =
    /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----/s.exec(text) ?? []
  return {
    certificatePem: new X509Certificate(text).toString(),
    ...(key === undefined ? {} : { keyPem: key }),
  }
}

// Gives nothing for what is no PFX at all.
async function parsePfx(der: Buffer, password: string): Promise<PemParts | undefined> {
  const { default: forge } = await import('node-forge')
  const { certBag, pkcs8ShroudedKeyBag, keyBag } = forge.pki.oids
  const asn1 = forge.asn1.fromDer(der.toString('binary'))
  if (!isPfx(asn1.value)) return undefined
  const pfx = forge.pkcs12.pkcs12FromAsn1(asn1, false, password)
  const bagsOf = (type: string | undefined) =>
    type === undefined ? [] : (pfx.getBags({ bagType: type })[type] ?? [])
  const [keyed] = [...bagsOf(pkcs8ShroudedKeyBag), ...bagsOf(keyBag)]
  const keyPem = keyed?.key ? forge.pki.privateKeyToPem(keyed.key) : undefined
  const pems = bagsOf(certBag).flatMap(({ cert }) =>
    cert ? [forge.pki.certificateToPem(cert).replaceAll('\r', '')] : [],
  )
  // Those of its authorities are in the same file.
  const own = pems.find(
    (pem) =>
      keyPem !== undefined && new X509Certificate(pem).checkPrivateKey(createPrivateKey(keyPem)),
  )
  const certificatePem = own ?? pems[0]
  if (certificatePem === undefined) return undefined
  return { certificatePem, ...(keyPem === undefined ? {} : { keyPem }) }
}

// A PFX begins with its version, 3; a certificate with a sequence: https://www.rfc-editor.org/rfc/rfc7292#section-4
function isPfx(value: unknown): boolean {
  const [first]: unknown[] = Array.isArray(value) ? value : []
  return typeof first === 'object' && first !== null && 'value' in first && first.value === '\u0003'
}
