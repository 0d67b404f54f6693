import { X509Certificate, createPrivateKey, type KeyObject } from 'node:crypto'
import { ticksPerMillisecond, unixEpochTicks } from './calendar.ts'
import { DateTime } from './date-time.ts'
import { argumentNull, cryptographicError } from './exceptions.ts'
import { newLine } from './format.ts'
import { digest } from './hash.ts'
import { Rsa } from './rsa.ts'
import type { DotnetObject } from './value.ts'

const namespace = 'System.Security.Cryptography.X509Certificates'

/** `X509NameType` of `GetNameInfo`. */
export type X509NameType =
  | 'SimpleName'
  | 'EmailName'
  | 'UpnName'
  | 'DnsName'
  | 'DnsFromAlternativeName'
  | 'UrlName'

/** `X500DistinguishedName`. */
export class DistinguishedName implements DotnetObject {
  readonly typeName = `${namespace}.X500DistinguishedName`
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  toString(): string {
    return this.typeName
  }
}

/** `X509Certificate2`. https://learn.microsoft.com/dotnet/api/system.security.cryptography.x509certificates.x509certificate2 */
export class Certificate implements DotnetObject {
  readonly typeName = `${namespace}.X509Certificate2`
  readonly #certificate: X509Certificate
  readonly #privateKey: KeyObject | null
  friendlyName = ''

  /** `new X509Certificate2(rawData)`: DER, or PEM as bytes; a key in PEM form may come with it. */
  constructor(bytes: Uint8Array | null, privateKeyPem?: string) {
    if (bytes === null) throw argumentNull('rawData')
    this.#certificate = parse(bytes)
    this.#privateKey = privateKeyPem === undefined ? null : createPrivateKey(privateKeyPem)
  }

  get subject(): string {
    return distinguished(this.#certificate.subject)
  }

  get issuer(): string {
    return distinguished(this.#certificate.issuer)
  }

  get subjectName(): DistinguishedName {
    return new DistinguishedName(this.subject)
  }

  get issuerName(): DistinguishedName {
    return new DistinguishedName(this.issuer)
  }

  /** SHA-1 of the certificate in upper-case hexadecimal. */
  get thumbprint(): string {
    return Buffer.from(this.getCertHash()).toString('hex').toUpperCase()
  }

  getCertHash(): Uint8Array {
    return digest('SHA1', this.rawData)
  }

  get serialNumber(): string {
    return this.#certificate.serialNumber
  }

  /** The bytes of the serial number, the last one first. */
  getSerialNumber(): Uint8Array {
    return Uint8Array.from(Buffer.from(this.serialNumber, 'hex')).toReversed()
  }

  /** Local time, which is UTC. */
  get notBefore(): DateTime {
    return localTime(this.#certificate.validFrom)
  }

  get notAfter(): DateTime {
    return localTime(this.#certificate.validTo)
  }

  get version(): number {
    return 3
  }

  get rawData(): Uint8Array {
    return Uint8Array.from(this.#certificate.raw)
  }

  get hasPrivateKey(): boolean {
    return this.#privateKey !== null
  }

  get archived(): boolean {
    return false
  }

  /** The OID of the key's algorithm. */
  get keyAlgorithm(): string {
    return this.#certificate.publicKey.asymmetricKeyType === 'ec'
      ? '1.2.840.10045.2.1'
      : '1.2.840.113549.1.1.1'
  }

  /** `GetPublicKey()`: the key itself as DER, and its text. */
  getPublicKey(): Uint8Array {
    const { publicKey } = this.#certificate
    if (publicKey.asymmetricKeyType !== 'rsa')
      throw cryptographicError('The key is not an RSA key.')
    return Uint8Array.from(publicKey.export({ type: 'pkcs1', format: 'der' }))
  }

  getPublicKeyString(): string {
    return Buffer.from(this.getPublicKey()).toString('hex').toUpperCase()
  }

  /** `GetRSAPublicKey()`; null for another kind of key. */
  getRsaPublicKey(): Rsa | null {
    const { publicKey } = this.#certificate
    return publicKey.asymmetricKeyType === 'rsa' ? new Rsa({ publicKey, privateKey: null }) : null
  }

  /** `GetRSAPrivateKey()`; null where there is none. */
  getRsaPrivateKey(): Rsa | null {
    const { publicKey } = this.#certificate
    if (this.#privateKey === null || publicKey.asymmetricKeyType !== 'rsa') return null
    return new Rsa({ publicKey, privateKey: this.#privateKey })
  }

  /** `GetNameInfo(type, forIssuer)`. */
  getNameInfo(type: X509NameType, forIssuer: boolean): string {
    const name = forIssuer ? this.issuer : this.subject
    if (type === 'SimpleName')
      return partOf(name, 'CN') ?? partOf(name, 'OU') ?? partOf(name, 'O') ?? ''
    if (type === 'EmailName') return partOf(name, 'E') ?? this.#alternative('email') ?? ''
    if (type === 'UrlName') return this.#alternative('URI') ?? ''
    if (type === 'UpnName') return ''
    const dns = forIssuer ? undefined : this.#alternative('DNS')
    return dns ?? (type === 'DnsName' ? (partOf(name, 'CN') ?? '') : '')
  }

  #alternative(kind: string): string | undefined {
    const names = this.#certificate.subjectAltName?.split(', ') ?? []
    return names.find((name) => name.startsWith(`${kind}:`))?.slice(kind.length + 1)
  }

  /** `Export(X509ContentType.Cert)`. */
  exportCertificate(): Uint8Array {
    return this.rawData
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Certificate &&
      other.issuer === this.issuer &&
      other.serialNumber === this.serialNumber
    )
  }

  hashKey(): string {
    return `Certificate ${this.issuer} ${this.serialNumber}`
  }

  dispose(): void {
    return undefined
  }

  toString(): string {
    const parts = [
      ['Subject', this.subject],
      ['Issuer', this.issuer],
      ['Serial Number', this.serialNumber],
      ['Not Before', this.notBefore.toString()],
      ['Not After', this.notAfter.toString()],
      ['Thumbprint', this.thumbprint],
    ]
    return parts
      .map(([name = '', value = '']) => `[${name}]${newLine}  ${value}${newLine}`)
      .join(newLine)
  }
}

function parse(bytes: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(bytes))
  } catch {
    throw cryptographicError('Cannot find the requested object.')
  }
}

// Node writes a part a line, the first in the certificate first; .NET on Windows shows the last first.
function distinguished(name: string): string {
  const parts = name
    .split('\n')
    .map((part) => part.replace(/^emailAddress=/, 'E=').replace(/^ST=/, 'S='))
  return parts.toReversed().map(quoted).join(', ')
}

function quoted(part: string): string {
  const [kind = '', ...rest] = part.split('=')
  const value = rest.join('=')
  return /[,+=\n<>#;"]|^ | $/.test(value) ? `${kind}="${value.replaceAll('"', '""')}"` : part
}

function partOf(name: string, kind: string): string | undefined {
  const found = new RegExp(`(?:^|, )${kind}=(?:"((?:[^"]|"")*)"|([^,]*))`).exec(name)
  return found?.[1] ?? found?.[2]
}

function localTime(text: string): DateTime {
  return new DateTime(unixEpochTicks + BigInt(Date.parse(text)) * ticksPerMillisecond, 'Local')
}
