import { createHmac, timingSafeEqual } from 'node:crypto'
import {
  bearerUnreadable,
  keyEmpty,
  keyRefused,
  localAuthDisabled,
  schemeUnsupported,
  signatureMissing,
  tokenExpired,
  tokenFormatInvalid,
  tokenSignatureInvalid,
} from './errors.ts'
import { topicHost } from './topic.ts'
import type { EventGridTopic } from './topic.ts'

/** Throws a `ServiceError` unless the bearer of a token of Entra ID may send events to the topic. */
export type VerifySender = (request: {
  readonly token: string
  /** Resource id of the topic or domain. */
  readonly resourceId: string
}) => Promise<void> | void

/** What a publisher shows to be let in. */
export interface SenderProof {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Host names that a SAS token may have been made for. */
  readonly hosts: readonly string[]
  readonly nowMs: number
}

/**
 * Lets in who holds a key, a SAS token made with one, or a token of Entra ID.
 * https://learn.microsoft.com/azure/event-grid/authenticate-with-access-keys-shared-access-signatures
 */
export async function checkSender(
  topic: EventGridTopic,
  proof: SenderProof,
  rules: { readonly isLocalAuthDisabled: boolean; readonly verifyToken: VerifySender | undefined },
): Promise<void> {
  const key = headerOf(proof, 'aeg-sas-key')
  const authorization = headerOf(proof, 'authorization')
  const [, scheme = '', credential = ''] = /^(\S+)\s+(.*)$/.exec(authorization ?? '') ?? []
  if (scheme.toLowerCase() === 'bearer') {
    if (!rules.verifyToken || credential === '') throw bearerUnreadable()
    await rules.verifyToken({ token: credential, resourceId: topic.id })
    return
  }
  const isSignature = scheme.toLowerCase() === 'sharedaccesssignature'
  const token = headerOf(proof, 'aeg-sas-token') ?? (isSignature ? credential : undefined)
  if (key === undefined && token === undefined) {
    throw authorization === undefined ? signatureMissing() : schemeUnsupported()
  }
  if (rules.isLocalAuthDisabled) throw localAuthDisabled(topicHost(topic))
  if (key !== undefined) checkKey(topic, key)
  else checkSasToken(topic, token ?? '', proof)
}

/** Makes a SAS token, as publishers make it. */
export function signSasToken(resource: string, expires: string, key: string): string {
  const unsigned = `r=${encodeURIComponent(resource)}&e=${encodeURIComponent(expires)}`
  return `${unsigned}&s=${encodeURIComponent(signatureOf(unsigned, key))}`
}

function checkKey(topic: EventGridTopic, key: string): void {
  if (key === '') throw keyEmpty()
  const isSame = [topic.key1, topic.key2].map((each) => isEqual(each, key))
  if (isSame.includes(true)) return
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(key) && key.length % 4 === 0
  throw isBase64
    ? keyRefused(topicHost(topic))
    : keyRefused(
        topicHost(topic),
        'The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding characters, or an illegal character among the padding characters.',
      )
}

function checkSasToken(topic: EventGridTopic, token: string, proof: SenderProof): void {
  const host = topicHost(topic)
  const [, unsigned, resource, expires, signature] =
    /^(r=([^&]+)&e=([^&]+))&s=([^&]+)$/.exec(token.trim()) ?? []
  if (!unsigned || !resource || !expires || !signature) throw tokenFormatInvalid(host)
  const untilMs = readTime(decode(expires))
  const [url] = decode(resource).split('?')
  if (Number.isNaN(untilMs) || !URL.canParse(url ?? '')) throw tokenFormatInvalid(host)
  const given = decode(signature)
  const isSigned = [topic.key1, topic.key2]
    .map((key) => isEqual(signatureOf(unsigned, key), given))
    .includes(true)
  const signedFor = new URL(url ?? '').host.toLowerCase()
  if (!isSigned || !proof.hosts.includes(signedFor)) throw tokenSignatureInvalid(host)
  if (untilMs <= proof.nowMs) throw tokenExpired(host)
}

function signatureOf(unsigned: string, key: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(unsigned).digest('base64')
}

/** `1/31/2026 5:07:09 PM`, as .NET writes a time of UTC, or ISO 8601. */
function readTime(text: string): number {
  const plain = text.replaceAll('+', ' ')
  return /(?:Z|UTC|GMT|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Date.parse(`${plain} UTC`)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

function isEqual(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function headerOf(proof: SenderProof, name: string): string | undefined {
  const value = proof.headers[name]
  return Array.isArray(value) ? value[0] : value
}
