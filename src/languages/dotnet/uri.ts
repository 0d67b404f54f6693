import { argumentNull, DotnetException, invalidOperation } from './exceptions.ts'
import { percentEncoded, unescapeDataString } from './uri-escape.ts'
import { DotnetArray, type DotnetObject } from './value.ts'

/** `UriKind`. */
export type UriKind = 'RelativeOrAbsolute' | 'Absolute' | 'Relative'

/** `UriPartial`, for `GetLeftPart`. */
export type UriPartial = 'Scheme' | 'Authority' | 'Path' | 'Query'

// As long as .NET takes them: https://learn.microsoft.com/dotnet/api/system.uri.-ctor
const lengthMax = 65_519

const defaultPorts = new Map([
  ['http', 80],
  ['https', 443],
  ['ftp', 21],
  ['ws', 80],
  ['wss', 443],
  ['ldap', 389],
  ['gopher', 70],
  ['telnet', 23],
  ['net.tcp', 808],
  ['net.pipe', -1],
])

interface UriParts {
  readonly scheme: string
  readonly userInfo: string
  readonly host: string
  readonly port: number
  readonly path: string
  readonly query: string
  readonly fragment: string
  readonly hasAuthority: boolean
}

/** System.Uri. https://learn.microsoft.com/dotnet/api/system.uri */
export class Uri implements DotnetObject {
  readonly typeName = 'System.Uri'
  readonly originalString: string
  readonly #parts: UriParts | undefined

  constructor(text: string | null, kind: UriKind = 'Absolute') {
    if (text === null) throw argumentNull('uriString')
    if (text.length > lengthMax) throw uriFormatError('Invalid URI: The Uri string is too long.')
    this.originalString = text
    this.#parts = kind === 'Relative' ? undefined : parseAbsolute(text)
    if (kind === 'Absolute' && this.#parts === undefined) throw uriFormat(text)
    if (kind === 'Relative' && parseAbsolute(text) !== undefined) {
      throw uriFormatError(
        "A relative URI cannot be created because the 'uriString' parameter represents an absolute URI.",
      )
    }
  }

  /** `new Uri(base, relative)`. */
  static resolve(base: Uri | null, relative: string | Uri | null): Uri {
    if (base === null) throw argumentNull('baseUri')
    if (relative === null) throw argumentNull('relativeUri')
    const text = typeof relative === 'string' ? relative : relative.originalString
    if (parseAbsolute(text) !== undefined) return new Uri(text)
    return new Uri(new URL(text, base.absoluteUri).href)
  }

  /** `Uri.TryCreate`. */
  static tryCreate(text: string | null, kind: UriKind = 'Absolute'): Uri | undefined {
    if (text === null) return undefined
    const absolute = parseAbsolute(text) !== undefined
    if (kind === 'Absolute' ? !absolute : kind === 'Relative' && absolute) return undefined
    return new Uri(text, kind)
  }

  /** `Uri.IsWellFormedUriString`: an address that needs no escaping. */
  static isWellFormed(text: string | null, kind: UriKind = 'Absolute'): boolean {
    const uri = Uri.tryCreate(text, kind)
    if (uri === undefined || text === null) return false
    return /^(?:[A-Za-z0-9\-._~!*'();/?:@&=+$,#[\]]|%[0-9A-Fa-f]{2})*$/.test(text)
  }

  /** `Uri.CheckSchemeName`. */
  static checkSchemeName(name: string | null): boolean {
    return name !== null && /^[A-Za-z][A-Za-z0-9+\-.]*$/.test(name)
  }

  get isAbsoluteUri(): boolean {
    return this.#parts !== undefined
  }

  get scheme(): string {
    return this.#absolute.scheme
  }

  get host(): string {
    return this.#absolute.host
  }

  get dnsSafeHost(): string {
    return this.host.replace(/^\[(.*)\]$/, '$1')
  }

  /** -1 where a scheme has no default port. */
  get port(): number {
    return this.#absolute.port
  }

  get isDefaultPort(): boolean {
    return this.port === (defaultPorts.get(this.scheme) ?? -1)
  }

  get userInfo(): string {
    return this.#absolute.userInfo
  }

  get authority(): string {
    return this.isDefaultPort ? this.host : `${this.host}:${this.port}`
  }

  get absolutePath(): string {
    return this.#absolute.path
  }

  get localPath(): string {
    return unescapeDataString(this.absolutePath)
  }

  get query(): string {
    return this.#absolute.query
  }

  get fragment(): string {
    return this.#absolute.fragment
  }

  get pathAndQuery(): string {
    return this.absolutePath + this.query
  }

  get absoluteUri(): string {
    return this.#prefix() + this.pathAndQuery + this.fragment
  }

  get segments(): DotnetArray {
    const found = this.absolutePath.match(/[^/]*\/|[^/]+$/g) ?? []
    return new DotnetArray('System.String', [...found])
  }

  get isLoopback(): boolean {
    return /^(?:localhost|loopback|127(?:\.\d+){3}|\[::1\])$/.test(this.host)
  }

  get isFile(): boolean {
    return this.scheme === 'file'
  }

  get isUnc(): boolean {
    return this.isFile && this.host !== ''
  }

  get hostNameType(): 'Dns' | 'IPv4' | 'IPv6' | 'Basic' {
    if (/^\d+(?:\.\d+){3}$/.test(this.host)) return 'IPv4'
    if (this.host.startsWith('[')) return 'IPv6'
    return this.host === '' ? 'Basic' : 'Dns'
  }

  getLeftPart(part: UriPartial): string {
    switch (part) {
      case 'Scheme':
        return `${this.scheme}:${this.#absolute.hasAuthority ? '//' : ''}`
      case 'Authority':
        return this.#absolute.hasAuthority ? this.#prefix() : ''
      case 'Path':
        return this.#prefix() + this.absolutePath
      case 'Query':
        return this.#prefix() + this.pathAndQuery
    }
  }

  isBaseOf(other: Uri): boolean {
    const base = this.getLeftPart('Path').replace(/[^/]*$/, '')
    return other.absoluteUri.startsWith(base)
  }

  #prefix(): string {
    const { scheme, userInfo, hasAuthority } = this.#absolute
    if (!hasAuthority) return `${scheme}:`
    return `${scheme}://${userInfo === '' ? '' : `${userInfo}@`}${this.authority}`
  }

  get #absolute(): UriParts {
    if (this.#parts === undefined) {
      throw invalidOperation('This operation is not supported for a relative URI.')
    }
    return this.#parts
  }

  /** The fragment and the user do not count. */
  equals(other: unknown): boolean {
    return other instanceof Uri && other.hashKey() === this.hashKey()
  }

  hashKey(): string {
    if (!this.isAbsoluteUri) return `Uri ${this.originalString}`
    return `Uri ${this.scheme}://${this.authority}${this.pathAndQuery}`
  }

  toString(): string {
    if (!this.isAbsoluteUri) return this.originalString
    const tail = this.pathAndQuery + this.fragment
    return this.#prefix() + unescapeSafe(tail)
  }
}

// `ToString` shows what can be read without changing the meaning of the address.
function unescapeSafe(text: string): string {
  return text.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    unescapeDataString(run).replaceAll(/[%#?/\\@:;=&+$,\p{Cc}]/gu, (kept) => percentEncoded(kept)),
  )
}

function parseAbsolute(text: string): UriParts | undefined {
  const match = /^([A-Za-z][A-Za-z0-9+\-.]*):(?:\/\/([^/?#\\]*))?([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(
    text.trim(),
  )
  if (match === null) return undefined
  const [, rawScheme = '', authority, path = '', query = '', fragment = ''] = match
  const scheme = rawScheme.toLowerCase()
  const place = authority === undefined ? noAuthority(scheme) : parseAuthority(authority, scheme)
  if (place === undefined) return undefined
  const hierarchical = authority !== undefined
  return {
    scheme,
    ...place,
    hasAuthority: hierarchical,
    path: hierarchical ? normalizedPath(path) : escaped(path),
    query: query === '?' ? '' : escaped(query),
    fragment: fragment === '#' ? '' : escaped(fragment),
  }
}

type Place = Pick<UriParts, 'userInfo' | 'host' | 'port'>

function noAuthority(scheme: string): Place | undefined {
  if (scheme === 'http' || scheme === 'https' || scheme === 'ftp') return undefined
  return { userInfo: '', host: '', port: -1 }
}

function parseAuthority(authority: string, scheme: string): Place | undefined {
  const match = /^(?:([^@]*)@)?(\[[0-9A-Fa-f:.%]+\]|[^:[\]]*)(?::(\d*))?$/.exec(authority)
  if (match === null) return undefined
  const [, userInfo = '', host = '', portText = ''] = match
  if (host === '' && scheme !== 'file') return undefined
  if (!/^[^\s<>"'`{}|\\^%]*$/.test(host) && !host.startsWith('[')) return undefined
  const port = portText === '' ? (defaultPorts.get(scheme) ?? -1) : Number(portText)
  return port > 65_535 ? undefined : { userInfo, host: host.toLowerCase(), port }
}

function normalizedPath(path: string): string {
  const slashed = path.replaceAll('\\', '/')
  const output: string[] = []
  const segments = (slashed === '' ? '/' : slashed).slice(1).split('/')
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1
    if (segment === '..') output.pop()
    else if (segment !== '.') output.push(segment)
    if (last && (segment === '.' || segment === '..')) output.push('')
  }
  return escaped(`/${output.join('/')}`)
}

function escaped(text: string): string {
  return text.replaceAll(/%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!*'();/?:@&=+$,#[\]%]+/g, (run) =>
    percentEncoded(run),
  )
}

function uriFormat(text: string): DotnetException {
  return uriFormatError(
    text === ''
      ? 'Invalid URI: The URI is empty.'
      : 'Invalid URI: The format of the URI could not be determined.',
  )
}

function uriFormatError(message: string): DotnetException {
  return new DotnetException('System.UriFormatException', message)
}
