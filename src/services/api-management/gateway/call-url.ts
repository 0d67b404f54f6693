import type { PolicyUrl } from '../../../languages/csharp/policy-context.ts'

/** An address as policies see and change it; path and query keep the escapes they came with. */
export class CallUrl implements PolicyUrl {
  readonly typeName = 'IUrl'
  readonly scheme: string
  readonly host: string
  readonly port: number
  readonly path: string
  readonly queryString: string
  #query: ReadonlyMap<string, readonly string[]> | undefined

  constructor(parts: {
    scheme: string
    host: string
    port: number
    path: string
    queryString: string
  }) {
    this.scheme = parts.scheme
    this.host = parts.host
    this.port = parts.port
    this.path = parts.path
    this.queryString = parts.queryString
  }

  static parse(text: string): CallUrl {
    const url = new URL(text)
    const scheme = url.protocol.slice(0, -1)
    return new CallUrl({
      scheme,
      host: url.hostname,
      port: url.port === '' ? defaultPort(scheme) : Number(url.port),
      path: url.pathname,
      queryString: url.search,
    })
  }

  /** The address of a request target (`/orders?x=1`) on a host; `undefined` when it is none. */
  static ofTarget(target: string, host: CallUrl): CallUrl | undefined {
    const [, path, queryString = ''] = plainTarget.exec(target) ?? []
    if (path !== undefined && !target.includes('/.') && !target.includes('%')) {
      return host.with({ path, queryString })
    }
    const [before = ''] = target.split('?', 1)
    // Not an escape, or one of a character that ends texts elsewhere.
    if (/%(?![\da-f]{2})|%00/i.test(before)) return undefined
    const plain = withoutNeedlessEscapes(before) + target.slice(before.length)
    const text = plain.startsWith('/') ? `${host.scheme}://${host.authority}${plain}` : plain
    return URL.canParse(text) ? CallUrl.parse(text) : undefined
  }

  /** Host and port, as a `Host` header has them. */
  get authority(): string {
    return this.port === defaultPort(this.scheme) ? this.host : `${this.host}:${this.port}`
  }

  get query(): ReadonlyMap<string, readonly string[]> {
    this.#query ??= parseQuery(this.queryString)
    return this.#query
  }

  with(change: { path?: string; queryString?: string }): CallUrl {
    return new CallUrl({
      scheme: this.scheme,
      host: this.host,
      port: this.port,
      path: change.path ?? this.path,
      queryString: change.queryString ?? this.queryString,
    })
  }

  /** The same path and query at another address; a path of the address goes before. */
  under(base: CallUrl): CallUrl {
    const prefix = base.path === '/' ? '' : base.path.replace(/\/+$/, '')
    const path = this.path === '/' && prefix !== '' ? prefix : `${prefix}${this.path}`
    return base.with({ path, queryString: joined(base.queryString, this.queryString) })
  }

  toString(): string {
    return `${this.scheme}://${this.authority}${this.path}${this.queryString}`
  }
}

// What means the same in a target and in an address; anything else is parsed as an address.
const plainTarget = /^(\/[\w\-~!$&()*+,;=:@./]*)(\?[\w\-~!$&()*+,;=:@./?]*)?$/

// `%61` means `a`: an operation that is named in another spelling is still that operation.
// https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.2
function withoutNeedlessEscapes(path: string): string {
  return path.replaceAll(/%([\da-f]{2})/gi, (escape, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16))
    return /[\w.~-]/.test(character) ? character : escape
  })
}

function joined(first: string, second: string): string {
  if (first === '' || second === '') return first === '' ? second : first
  return `${first}&${second.slice(1)}`
}

const noQuery: ReadonlyMap<string, readonly string[]> = new Map()

// The values of each name, decoded.
function parseQuery(queryString: string): ReadonlyMap<string, readonly string[]> {
  if (queryString === '') return noQuery
  const query = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(queryString)) {
    const values = query.get(name)
    if (values) values.push(value)
    else query.set(name, [value])
  }
  return query
}

function defaultPort(scheme: string): number {
  return scheme === 'https' || scheme === 'wss' ? 443 : 80
}
