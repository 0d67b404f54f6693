import { isIP } from 'node:net'
import { invalidRequest } from './errors.ts'

/**
 * A webhook must be reached by https, as Azure asks; on this machine http will do. Addresses that only tell secrets
 * of a machine (link-local ones) are refused. https://learn.microsoft.com/azure/event-grid/handler-webhooks
 */
export function checkEndpointUrl(url: string, label: string): void {
  if (!URL.canParse(url)) throw refused(label, url, 'it is not an absolute URL')
  const { protocol, hostname, username, password } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (username !== '' || password !== '') throw refused(label, url, 'it holds a user name')
  if (isLinkLocal(host)) throw refused(label, url, 'link-local addresses are no endpoints')
  if (protocol === 'https:') return
  if (protocol === 'http:' && isLoopback(host)) return
  throw refused(label, url, 'only https is allowed, and http on this machine')
}

/** The URL without its query, which may hold a secret: what is told of an endpoint. */
export function baseUrlOf(url: string): string {
  return url.split(/[?#]/)[0] ?? ''
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || isLoopbackV4(host)
}

function isLoopbackV4(host: string): boolean {
  return isIP(host) === 4 && host.startsWith('127.')
}

function isLinkLocal(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('169.254.') || host.startsWith('0.')
  if (isIP(host) !== 6) return false
  return /^(?:fe[89ab][0-9a-f]:|::ffff:a9fe:|::$)/.test(host)
}

function refused(label: string, url: string, why: string): Error {
  return invalidRequest(`The value '${baseUrlOf(url)}' of '${label}' is not valid: ${why}.`)
}
