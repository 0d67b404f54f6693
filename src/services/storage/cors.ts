import type { Answer } from './answer.ts'
import type { Account, CorsRule } from './account.ts'
import { corsDenied } from './access-errors.ts'
import { headerOf, type StorageRequest, type StorageService } from './storage-request.ts'

/** Answers what a browser asks before it calls: https://learn.microsoft.com/rest/api/storageservices/preflight-blob-request */
export function preflight(request: StorageRequest): Answer {
  const origin = headerOf(request.headers, 'origin')
  const method = headerOf(request.headers, 'access-control-request-method')
  const names = (headerOf(request.headers, 'access-control-request-headers') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
  if (origin === undefined || method === undefined) throw corsDenied()
  const rule = ruleFor(request, origin, method)
  const allows = rule && names.every((name) => rule.allowedHeaders.some((each) => fits(each, name)))
  if (!allows) throw corsDenied()
  return {
    status: 200,
    headers: {
      ...originHeaders(rule, origin),
      'access-control-allow-methods': method,
      'access-control-allow-headers': names.length > 0 ? names.join(',') : undefined,
      'access-control-max-age': rule.maxAgeSeconds,
    },
  }
}

/** What the answer to a browser's call says of who may read it. */
export function corsHeaders(request: StorageRequest): readonly (readonly [string, string])[] {
  const origin = headerOf(request.headers, 'origin')
  if (origin === undefined || request.method === 'OPTIONS') return []
  const rule = ruleFor(request, origin, request.method)
  if (!rule) return []
  const exposed = rule.exposedHeaders.join(',')
  return [
    ...Object.entries(originHeaders(rule, origin)),
    ...(exposed === '' ? [] : [['access-control-expose-headers', exposed] as const]),
  ]
}

function ruleFor(request: StorageRequest, origin: string, method: string): CorsRule | undefined {
  return corsRulesOf(request.account, request.service).find(
    (rule) =>
      rule.allowedOrigins.some((each) => each === '*' || each === origin) &&
      rule.allowedMethods.includes(method.toUpperCase()),
  )
}

function corsRulesOf(account: Account, service: StorageService): readonly CorsRule[] {
  switch (service) {
    case 'blob':
    case 'dfs':
      return account.blobService.cors
    case 'queue':
      return account.queueService?.cors ?? []
    case 'table':
      return account.tableService?.cors ?? []
  }
}

function originHeaders(rule: CorsRule, origin: string): Record<string, string> {
  const isAny = rule.allowedOrigins.includes('*')
  return isAny
    ? { 'access-control-allow-origin': '*' }
    : {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
      }
}

function fits(pattern: string, name: string): boolean {
  const wanted = pattern.trim().toLowerCase()
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted
}
