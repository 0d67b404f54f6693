import { createHmac, timingSafeEqual } from 'node:crypto'

/** https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-sas#generate-a-shared-access-signature-token */
export interface SharedAccessSignature {
  /** Percent-encoded, as it was signed. */
  readonly resource: string
  readonly signature: string
  readonly expiresAtMs: number
  readonly expiry: string
  readonly keyName: string
}

/** Reads `SharedAccessSignature sr=..&sig=..&se=..&skn=..`; undefined for anything else. */
export function parseSharedAccessSignature(text: string): SharedAccessSignature | undefined {
  const match = /^SharedAccessSignature\s+(.+)$/.exec(text)
  const fields = new Map<string, string>()
  for (const part of (match?.[1] ?? '').split('&')) {
    const at = part.indexOf('=')
    if (at > 0) fields.set(part.slice(0, at), part.slice(at + 1))
  }
  const resource = fields.get('sr')
  const expiry = fields.get('se') ?? ''
  const signature = decoded(fields.get('sig'))
  const keyName = decoded(fields.get('skn'))
  if (resource === undefined || signature === undefined || keyName === undefined) return undefined
  if (!/^\d{1,15}$/.test(expiry)) return undefined
  return { resource, signature, expiry, expiresAtMs: Number(expiry) * 1000, keyName }
}

/** The path of the entity that a signature is for, without a host: `orders`, empty for the whole namespace. */
export function signedPath(signature: SharedAccessSignature): string {
  const resource = decoded(signature.resource) ?? ''
  // A signature for a part of an entity is one for the entity.
  return resource
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/^[^/]*\/?/, '')
    .replace(/\/?[$?].*$/, '')
    .replace(/\/+$/, '')
}

export function isSignedWith(signature: SharedAccessSignature, key: string): boolean {
  const text = `${signature.resource}\n${signature.expiry}`
  const expected = createHmac('sha256', key).update(text, 'utf8').digest('base64')
  return isSame(signature.signature, expected)
}

/** Compares secrets in the same time, whatever they are. */
export function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}
