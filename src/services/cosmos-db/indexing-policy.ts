import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import { badRequest } from './errors.ts'
import { compositePathsMax } from './limits.ts'

const defaultIndexingPolicy: JsonObject = {
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: [{ path: '/*' }],
  excludedPaths: [{ path: '/"_etag"/?' }],
}

/**
 * Checks an indexing policy and fills in what Azure does: it is kept to be read back, queries find every path whatever it
 * says. https://learn.microsoft.com/azure/cosmos-db/index-policy
 */
export function parseIndexingPolicy(given: JsonObject): JsonObject {
  const policy = { ...defaultIndexingPolicy, ...given }
  const mode = typeof policy['indexingMode'] === 'string' ? policy['indexingMode'] : ''
  const indexingMode = mode.toLowerCase()
  if (indexingMode !== 'consistent' && indexingMode !== 'lazy' && indexingMode !== 'none') {
    throw badRequest(`The indexing mode ${JSON.stringify(policy['indexingMode'])} is not valid.`)
  }
  if (typeof policy['automatic'] !== 'boolean') {
    throw badRequest("The 'automatic' of an indexing policy must be true or false.")
  }
  for (const name of ['vectorIndexes', 'fullTextIndexes']) {
    if (listOf(policy, name).length > 0) {
      throw badRequest(`The '${name}' of an indexing policy are not supported.`)
    }
  }
  if (indexingMode === 'none') return checkedEmpty({ ...given, indexingMode, automatic: false })
  checkPaths(policy)
  checkComposites(policy)
  checkSpatial(policy)
  return { ...policy, indexingMode }
}

// A container that indexes nothing has no paths to say so of.
function checkedEmpty(policy: JsonObject): JsonObject {
  if (listOf(policy, 'includedPaths').length === 0)
    return { ...policy, includedPaths: [], excludedPaths: [] }
  throw badRequest("If the indexing mode is 'none', no included path may be given.")
}

function checkPaths(policy: JsonObject): void {
  const included = listOf(policy, 'includedPaths').map(pathOf)
  const excluded = listOf(policy, 'excludedPaths').map(pathOf)
  for (const path of [...included, ...excluded]) {
    if (
      /^\/(?:\*|\?|(?:"(?:[^"\\]|\\.)*"|\[\]|[^/"?*[\]]+)(?:\/(?:"(?:[^"\\]|\\.)*"|\[\]|[^/"?*[\]]+))*\/[?*])$/.test(
        path,
      )
    )
      continue
    throw badRequest(
      `The indexing path '${path}' could not be accepted: it must begin with '/' and end with '/?' or '/*'.`,
    )
  }
  const both = included.find((path) => excluded.includes(path))
  if (both !== undefined) {
    throw badRequest(`The indexing path '${both}' is both included and excluded.`)
  }
  if (included.includes('/*') || excluded.includes('/*')) return
  throw badRequest(
    'The special mandatory indexing path "/" is not provided in any of the path type sets. ' +
      'Please provide this path in one of the sets.',
  )
}

function checkComposites(policy: JsonObject): void {
  for (const index of listOf(policy, 'compositeIndexes')) {
    const paths = Array.isArray(index) ? index : []
    if (paths.length < 2 || paths.length > compositePathsMax) {
      throw badRequest(`A composite index must have 2 to ${compositePathsMax} paths.`)
    }
    for (const each of paths) {
      const order = isJsonObject(each) ? (each['order'] ?? 'ascending') : undefined
      const isPath = pathOf(each).startsWith('/') && !/[?*]$/.test(pathOf(each))
      if (isPath && (order === 'ascending' || order === 'descending')) continue
      throw badRequest(`The path ${JSON.stringify(each)} of a composite index is not valid.`)
    }
  }
}

const spatialTypes = ['Point', 'LineString', 'Polygon', 'MultiPolygon']

function checkSpatial(policy: JsonObject): void {
  for (const index of listOf(policy, 'spatialIndexes')) {
    const types = isJsonObject(index) ? index['types'] : undefined
    const isKnown =
      types === undefined ||
      (Array.isArray(types) && types.every((type) => spatialTypes.some((known) => known === type)))
    if (isKnown && pathOf(index).startsWith('/')) continue
    throw badRequest(`The spatial index ${JSON.stringify(index)} is not valid.`)
  }
}

function pathOf(entry: JsonValue): string {
  const path = isJsonObject(entry) ? entry['path'] : undefined
  if (typeof path === 'string') return path
  throw badRequest(`The entry ${JSON.stringify(entry)} of an indexing policy has no path.`)
}

function listOf(policy: JsonObject, name: string): readonly JsonValue[] {
  const list = policy[name]
  if (list === undefined || list === null) return []
  if (Array.isArray(list)) return list
  throw badRequest(`The '${name}' of an indexing policy must be an array.`)
}
