import type { PolicyCertificate } from '../policy-context.ts'
import { declareType, type TypeDeclaration } from '../type-model.ts'

/** The certificate of the gateway as the value that expressions see; one instance for each. */
export function certificateOf(value: unknown): unknown {
  return isCertificate(value) ? value.der : null
}

function isCertificate(value: unknown): value is PolicyCertificate {
  return typeof value === 'object' && value !== null && 'der' in value
}

/** Certificates. */
export const certificateTypes: readonly TypeDeclaration[] = [
  declareType('class System.Security.Cryptography.X509Certificates.X509Certificate2', {}),
]
