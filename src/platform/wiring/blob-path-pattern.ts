/** The path of a blob trigger: a container, and names with parts that have names themselves. */
export interface BlobPathPattern {
  readonly container: string
  /** What the named parts are in a blob's name; nothing where it does not fit. */
  match(name: string): Readonly<Record<string, string>> | undefined
}

type Part = { readonly literal: string } | { readonly parameter: string }

/**
 * Reads `inputfiles/{date}/{name}.json`; `{{` and `}}` are braces. Each part takes as much as it can, slashes too.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-trigger#blob-name-patterns
 */
export function parseBlobPathPattern(path: string): BlobPathPattern {
  const slash = path.indexOf('/')
  const container = slash < 0 ? path : path.slice(0, slash)
  if (container === '' || /[{}]/.test(container)) {
    throw new Error(
      `Invalid blob trigger path '${path}'. Paths must be in the format 'container/blob'.`,
    )
  }
  const parts = slash < 0 ? [{ parameter: '' }] : partsOf(path.slice(slash + 1), path)
  return { container, match: (name) => matchParts(parts, name) }
}

function partsOf(text: string, path: string): readonly Part[] {
  const parts: Part[] = []
  for (const [, escape, parameter, literal, bracket] of text.matchAll(
    /(\{\{|\}\})|\{([A-Za-z_]\w*)\}|([^{}]+)|([{}])/g,
  )) {
    if (bracket !== undefined)
      throw new Error(`Invalid blob trigger path '${path}': a bracket has no other.`)
    if (parameter === undefined) {
      const last = parts.at(-1)
      const added = escape === undefined ? (literal ?? '') : escape.slice(1)
      if (last && 'literal' in last) parts[parts.length - 1] = { literal: last.literal + added }
      else parts.push({ literal: added })
      continue
    }
    const before = parts.at(-1)
    if (before && 'parameter' in before) {
      throw new Error(`Invalid blob trigger path '${path}': two parts have nothing between them.`)
    }
    parts.push({ parameter })
  }
  return parts
}

// From the right, each literal as far to the right as it goes: then every part is as long as it can be.
function matchParts(
  parts: readonly Part[],
  name: string,
): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {}
  let end = name.length
  for (let index = parts.length - 1; index >= 0; index -= 1) {
    const part = parts[index]
    if (!part) return undefined
    if ('literal' in part) {
      if (!name.slice(0, end).endsWith(part.literal)) return undefined
      end -= part.literal.length
      continue
    }
    const start = startOfParameter(parts[index - 1], name, { end, isFirst: index === 1 })
    if (start === undefined) return undefined
    if (part.parameter !== '') found[part.parameter] = name.slice(start, end)
    end = start
  }
  return end === 0 ? found : undefined
}

function startOfParameter(
  before: Part | undefined,
  name: string,
  place: { readonly end: number; readonly isFirst: boolean },
): number | undefined {
  if (!before || !('literal' in before)) return 0
  const { literal } = before
  if (place.isFirst)
    return name.startsWith(literal) && literal.length <= place.end ? literal.length : undefined
  const at = name.lastIndexOf(literal, place.end - literal.length)
  return at < 0 || place.end < literal.length ? undefined : at + literal.length
}
