/**
 * Splits the path of a request target into decoded segments, without `.` and `..`, the query and a trailing
 * slash. As in ASP.NET Core `%2F` stays as it is, since it would otherwise make two segments of one.
 * https://learn.microsoft.com/aspnet/core/fundamentals/routing#url-matching
 */
export function splitRequestPath(target: string): string[] {
  const query = target.indexOf('?')
  const path = query < 0 ? target : target.slice(0, query)
  const raw = path.split('/')
  raw.shift()
  if (raw.at(-1) === '') raw.pop()
  return path.includes('%') || path.includes('/.') ? normalize(raw) : raw
}

function normalize(raw: readonly string[]): string[] {
  const segments: string[] = []
  for (const text of raw) {
    const segment = decodeSegment(text)
    if (segment === '..') segments.pop()
    else if (segment !== '.') segments.push(segment)
  }
  return segments
}

function decodeSegment(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text.replaceAll(/%2f/gi, (escape) => `%25${escape.slice(1)}`))
  } catch {
    // Not UTF-8: left as it came, as Kestrel does.
    return text
  }
}
