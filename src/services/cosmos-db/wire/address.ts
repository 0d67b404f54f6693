import { badRequest } from '../errors.ts'
import { addressSegmentsMax } from '../limits.ts'

/** What a path names: `/dbs/orders/colls/items/docs/1`. */
export interface Address {
  /** `/dbs/{}/colls/{}/docs/{}`: the path with every name left out. */
  readonly shape: string
  /** `/dbs/orders/colls/items/docs/1`, as it came. */
  readonly path: string
  /** `['orders', 'items', '1']` */
  readonly names: readonly string[]
  /** What is signed as the resource type: `docs`, `colls`; empty for the account. */
  readonly resourceType: string
  /** What is signed as the resource link: the resource itself, or the owner of a feed. */
  readonly resourceLink: string
  /** The link as it came, where clients sign that. */
  readonly encodedLink: string
}

/** Reads a path: https://learn.microsoft.com/rest/api/cosmos-db/cosmosdb-resource-uri-syntax-for-rest */
export function parseAddress(target: string): Address {
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const raw = path.split('/').filter((segment) => segment !== '')
  if (raw.length > addressSegmentsMax) throw badRequest('The request URI is too long.')
  const decoded = path.includes('%') ? raw.map(decode) : raw
  const names: string[] = []
  let shape = ''
  for (const [index, segment] of decoded.entries()) {
    const isName = index % 2 === 1 && !isOperation(decoded, index)
    if (isName) names.push(segment)
    shape += isName ? '/{}' : `/${segment}`
  }
  const isFeed = raw.length % 2 === 1
  const length = isOperation(decoded, raw.length - 1)
    ? raw.length - 2
    : raw.length - (isFeed ? 1 : 0)
  const type = (isFeed ? decoded.at(-1) : decoded[length - 2]) ?? ''
  return {
    shape: shape === '' ? '/' : shape,
    path: `/${raw.join('/')}`,
    names,
    resourceType: type,
    resourceLink: linkOf(type, decoded.slice(0, length)),
    encodedLink: linkOf(type, raw.slice(0, length)),
  }
}

// Offers are named by their resource id alone, which is signed in lower case.
function linkOf(type: string, segments: readonly string[]): string {
  return type === 'offers' ? (segments[1] ?? '').toLowerCase() : segments.join('/')
}

// What is done to a container, and no name of anything.
function isOperation(segments: readonly string[], index: number): boolean {
  return index > 0 && index % 2 === 1 && segments[index - 1] === 'operations'
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    throw badRequest('The request URI is not valid: it has a malformed escape.', { cause: error })
  }
}
