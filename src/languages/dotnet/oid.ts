import type { DotnetObject } from './value.ts'

const friendlyNames = new Map([
  ['1.2.840.113549.1.1.1', 'RSA'],
  ['1.2.840.113549.1.1.4', 'md5RSA'],
  ['1.2.840.113549.1.1.5', 'sha1RSA'],
  ['1.2.840.113549.1.1.11', 'sha256RSA'],
  ['1.2.840.113549.1.1.12', 'sha384RSA'],
  ['1.2.840.113549.1.1.13', 'sha512RSA'],
  ['1.2.840.10045.2.1', 'ECC'],
  ['1.3.14.3.2.26', 'sha1'],
  ['1.2.840.113549.2.5', 'md5'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])

/** System.Security.Cryptography.Oid, with the names of what certificates and hashes use. */
export class Oid implements DotnetObject {
  readonly typeName = 'System.Security.Cryptography.Oid'
  value: string | null
  friendlyName: string | null

  /** `new Oid(oid)`: a dotted number, or one of the names above. */
  constructor(oid: string | null = null, friendlyName?: string | null) {
    const byName = [...friendlyNames].find(([, name]) => name === oid)
    this.value = byName?.[0] ?? oid
    this.friendlyName = friendlyName ?? friendlyNames.get(this.value ?? '') ?? null
  }
}
