import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CorsOptions } from './app-settings.ts'

/** Adds the CORS headers of `local.settings.json`; true when the request was a preflight and is answered. */
export function answerCors(
  request: IncomingMessage,
  response: ServerResponse,
  cors: CorsOptions | undefined,
): boolean {
  const origin = request.headers.origin
  if (!cors || origin === undefined) return false
  const isAllowed = cors.origins.includes('*') || cors.origins.includes(origin)
  if (!isAllowed) return false
  response.setHeader('access-control-allow-origin', cors.origins.includes('*') ? '*' : origin)
  response.setHeader('vary', 'Origin')
  if (cors.credentials) response.setHeader('access-control-allow-credentials', 'true')
  if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method'])
    return false
  response.setHeader(
    'access-control-allow-methods',
    request.headers['access-control-request-method'],
  )
  const headers = request.headers['access-control-request-headers']
  if (headers !== undefined) response.setHeader('access-control-allow-headers', headers)
  response.writeHead(204).end()
  return true
}
