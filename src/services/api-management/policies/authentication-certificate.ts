import { ServiceError } from '../../../base/errors.ts'
import { type ClientCertificate, readCertificate } from '../certificate.ts'
import type { GatewayCall } from '../gateway/gateway-call.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicySource } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/authentication-certificate-policy */
export const authenticationCertificate: PolicyDefinition = {
  name: 'authentication-certificate',
  sections: ['inbound'],
  attributes: ['thumbprint', 'certificate-id', 'body', 'password'],
  compile(source) {
    const find = compileCertificate(source)
    return async (call) => {
      call.target.certificate = await find(call)
    }
  },
}

/** The same element stands inside `send-request`, where it is for that request. */
export function compileCertificate(
  source: PolicySource,
): (call: GatewayCall) => Promise<ClientCertificate> {
  const thumbprint = source.text('thumbprint')
  const id = source.text('certificate-id')
  const body = source.any('body')
  const password = source.text('password')
  if ([thumbprint, id, body].filter((each) => each !== undefined).length !== 1) {
    throw source.fault("one of 'thumbprint', 'certificate-id' and 'body' must be set.")
  }
  if (password && !body) throw source.fault("'password' is for a 'body'.", 'password')
  return async (call) => {
    if (body) return given(body.read(call), password?.read(call) ?? '')
    const wanted = (thumbprint ?? id)?.read(call).trim() ?? ''
    const found = call
      .partsAt(source.environment.scope)
      .certificates()
      .find((each) => isSame(thumbprint ? each.thumbprint : each.id, wanted))
    if (!found) throw unusable(`The certificate '${wanted}' could not be found.`)
    if (found.keyPem === undefined)
      throw unusable(`The certificate '${wanted}' has no private key.`)
    return found
  }
}

async function given(value: unknown, password: string): Promise<ClientCertificate> {
  if (!(value instanceof Uint8Array) && typeof value !== 'string') {
    throw unusable("The attribute 'body' is no certificate.")
  }
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : value
  try {
    const found = await readCertificate(bytes, password)
    if (found.keyPem !== undefined) return found
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause
    throw unusable('The certificate cannot be read, or its password is wrong.', cause)
  }
  throw unusable('The certificate has no private key.')
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

function unusable(message: string, cause?: unknown): PolicyError {
  return new PolicyError(
    {
      source: 'authentication-certificate',
      reason: 'CertificateNotFound',
      message,
      status: 500,
      answer: 'Internal server error',
    },
    { cause },
  )
}
