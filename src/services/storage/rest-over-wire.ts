import { request as httpRequest } from 'node:http'
import { URL } from 'node:url'
import { sign, stringToSign } from '../../protocols/auth/shared-key.ts'
import type { StorageFixture } from './storage-fixture.ts'

/** An answer as it came. */
export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Sends a request that is signed with the account's key; `path` begins after the account. */
export function signedRequest(
  fixture: StorageFixture,
  line: { readonly method: string; readonly path: string; readonly nowMs: number },
  options: {
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string | Uint8Array
  } = {},
): Promise<WireAnswer> {
  const { body } = options
  const url = new URL(`${fixture.url}${line.path}`)
  const headers: Record<string, string> = {
    'x-ms-version': '2023-11-03',
    'x-ms-date': new Date(line.nowMs).toUTCString(),
    ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...options.headers,
  }
  const authorization = { scheme: 'SharedKey', account: fixture.account } as const
  const signed = { method: line.method, path: url.pathname, query: url.searchParams, headers }
  const signature = sign(fixture.key, stringToSign(authorization, signed))
  headers['authorization'] = `SharedKey ${fixture.account}:${signature}`
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: line.method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const { statusCode: status = 0, headers: given } = response
        resolve({ status, headers: given, body: Buffer.concat(chunks).toString() })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}
