import { Certificate, DistinguishedName, type X509NameType } from '../../dotnet/certificate.ts'
import { Oid } from '../../dotnet/oid.ts'
import type { DotnetObject } from '../../dotnet/value.ts'
import type { PolicyCertificate } from '../policy-context.ts'
import {
  declareEnum,
  declareType,
  type Implementation,
  type TypeDeclaration,
} from '../type-model.ts'
import { bool, bytes, enumName, instance, textOrNull } from './guards.ts'

type Members = Record<string, Implementation>

const space = 'System.Security.Cryptography.X509Certificates'
const certificates = new WeakMap<PolicyCertificate, Certificate>()

/** The certificate of the gateway as the value that expressions see; one instance for each. */
export function certificateOf(value: unknown): Certificate | null {
  if (!isCertificate(value)) return null
  const known = certificates.get(value)
  if (known) return known
  const made = new Certificate(value.der, value.privateKeyPem)
  certificates.set(value, made)
  return made
}

function isCertificate(value: unknown): value is PolicyCertificate {
  return typeof value === 'object' && value !== null && 'der' in value
}

function certificate(value: unknown): Certificate {
  return instance(value, Certificate)
}

const nameTypes: Readonly<Record<X509NameType, number>> = {
  SimpleName: 0,
  EmailName: 1,
  UpnName: 2,
  DnsName: 3,
  DnsFromAlternativeName: 4,
  UrlName: 5,
}

function nameType(value: unknown): X509NameType {
  const name = enumName(value)
  switch (name) {
    case 'EmailName':
    case 'UpnName':
    case 'DnsName':
    case 'DnsFromAlternativeName':
    case 'UrlName':
      return name
    default:
      return 'SimpleName'
  }
}

/** `PublicKey` of a certificate. */
class PublicKey implements DotnetObject {
  readonly typeName = `${space}.PublicKey`
  readonly algorithm: string
  readonly key: unknown

  constructor(algorithm: string, key: unknown) {
    this.algorithm = algorithm
    this.key = key
  }
}

/** Certificates; a chain is never built here, so no certificate verifies. */
export const certificateTypes: readonly TypeDeclaration[] = [
  declareEnum(`${space}.X509ContentType`, {
    Unknown: 0,
    Cert: 1,
    SerializedCert: 2,
    Pfx: 3,
    Pkcs12: 3,
    SerializedStore: 4,
    Pkcs7: 5,
    Authenticode: 6,
  }),
  declareEnum(`${space}.X509NameType`, nameTypes),
  declareType(`class ${space}.X500DistinguishedName`, {
    'string Name': (self) => instance(self, DistinguishedName).name,
  }),
  declareType(`class ${space}.PublicKey`, {
    'Oid Oid': (self) => new Oid(instance(self, PublicKey).algorithm),
    'AsymmetricAlgorithm Key': (self) => instance(self, PublicKey).key,
  }),
  declareType('class System.Security.Cryptography.Oid', {
    'new()': () => new Oid(),
    'new(string oid)': (oid) => new Oid(textOrNull(oid)),
    'new(string value, string friendlyName)': (value, name) =>
      new Oid(textOrNull(value), textOrNull(name)),
    'new(Oid oid)': (other) =>
      new Oid(instance(other, Oid).value, instance(other, Oid).friendlyName),
    'string Value': (self) => instance(self, Oid).value,
    'set string Value': (self, value) => {
      instance(self, Oid).value = textOrNull(value)
    },
    'string FriendlyName': (self) => instance(self, Oid).friendlyName,
    'set string FriendlyName': (self, value) => {
      instance(self, Oid).friendlyName = textOrNull(value)
    },
  }),
  declareType(`class ${space}.X509Certificate : System.IDisposable`, baseMembers()),
  declareType(`class ${space}.X509Certificate2 : X509Certificate`, {
    'new(byte[] rawData)': (value) => new Certificate(bytes(value, 'rawData')),
    'string Thumbprint': (self) => certificate(self).thumbprint,
    'string SerialNumber': (self) => certificate(self).serialNumber,
    'DateTime NotBefore': (self) => certificate(self).notBefore,
    'DateTime NotAfter': (self) => certificate(self).notAfter,
    'int Version': (self) => certificate(self).version,
    'byte[] RawData': (self) => certificate(self).rawData,
    'bool HasPrivateKey': (self) => certificate(self).hasPrivateKey,
    'PublicKey PublicKey': (self) =>
      new PublicKey(certificate(self).keyAlgorithm, certificate(self).getRsaPublicKey()),
    'AsymmetricAlgorithm PrivateKey': (self) => certificate(self).getRsaPrivateKey(),
    'bool Archived': (self) => certificate(self).archived,
    'string FriendlyName': () => '',
    'X500DistinguishedName SubjectName': (self) => certificate(self).subjectName,
    'X500DistinguishedName IssuerName': (self) => certificate(self).issuerName,
    'string GetNameInfo(X509NameType nameType, bool forIssuer)': (self, type, forIssuer) =>
      certificate(self).getNameInfo(nameType(type), bool(forIssuer)),
    'bool Verify()': () => false,
  }),
  declareType(`static ${space}.RSACertificateExtensions`, {
    'static RSA GetRSAPublicKey(this X509Certificate2 certificate)': (self) =>
      certificate(self).getRsaPublicKey(),
    'static RSA GetRSAPrivateKey(this X509Certificate2 certificate)': (self) =>
      certificate(self).getRsaPrivateKey(),
  }),
  declareType('static CertificateExtensions', {
    'static bool VerifyNoRevocation(this X509Certificate2 certificate)': () => false,
  }),
]

function baseMembers(): Members {
  return {
    'string Subject': (self) => certificate(self).subject,
    'string Issuer': (self) => certificate(self).issuer,
    'byte[] GetCertHash()': (self) => certificate(self).getCertHash(),
    'string GetCertHashString()': (self) => certificate(self).thumbprint,
    'byte[] GetRawCertData()': (self) => certificate(self).rawData,
    'byte[] GetSerialNumber()': (self) => certificate(self).getSerialNumber(),
    'string GetSerialNumberString()': (self) => certificate(self).serialNumber,
    'byte[] GetPublicKey()': (self) => certificate(self).getPublicKey(),
    'string GetPublicKeyString()': (self) => certificate(self).getPublicKeyString(),
    'string GetKeyAlgorithm()': (self) => certificate(self).keyAlgorithm,
    'string GetFormat()': () => 'X509',
    'string GetExpirationDateString()': (self) => certificate(self).notAfter.toString(),
    'string GetEffectiveDateString()': (self) => certificate(self).notBefore.toString(),
    'byte[] Export(X509ContentType contentType)': (self) => certificate(self).exportCertificate(),
    'bool Equals(X509Certificate other)': (self, other) => certificate(self).equals(other),
  }
}
