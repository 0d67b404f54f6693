import { xmlAnswer, type Answer } from './answer.ts'
import type { BlobRecord } from './blob.ts'
import type { ContainerRecord } from './container.ts'
import { missingQuery } from './errors.ts'
import { searchedBlobsMax } from './limits.ts'
import { readMarker, readPageSize, toMarker } from './list-answer.ts'
import type { StorageCall } from './operation.ts'
import { isMatch, namesIn, parseTagQuery } from './tag-query.ts'
import { tagsElement } from './tags-element.ts'
import { document, element, escapeXml, group, type Xml } from './xml-writer.ts'

interface TaggedBlob {
  readonly container: ContainerRecord
  readonly record: BlobRecord
}

/** https://learn.microsoft.com/rest/api/storageservices/find-blobs-by-tags */
export async function findByTags(call: StorageCall): Promise<Answer> {
  const { query, endpoint } = call.request
  const where = query.get('where')
  if (where === null) throw missingQuery('where')
  const parsed = parseTagQuery(where)
  const wanted = namesIn(parsed)
  const limit = readPageSize(query)
  const found: Xml[] = []
  let next = ''
  let passed = 0
  for await (const { container, record } of blobsFrom(call, readMarker(query))) {
    passed += 1
    const { name, tags = {} } = record
    const isFound = isMatch(parsed, { ...tags, '@container': container.name })
    if (passed > searchedBlobsMax || (isFound && found.length >= limit)) {
      next = `${container.name}/${name}`
      break
    }
    const shown = Object.entries(tags).filter(([tag]) => wanted.has(tag))
    const place = [element('Name', name), element('ContainerName', container.name)]
    const shownTags = tagsElement(Object.fromEntries(shown), 'Tags')
    if (isFound) found.push(group('Blob', [...place, shownTags]))
  }
  const marker = element('NextMarker', next === '' ? '' : toMarker(next))
  const root = group(
    'EnumerationResults',
    [element('Where', where), group('Blobs', found), marker],
    `ServiceEndpoint="${escapeXml(`${endpoint}/`)}"`,
  )
  return xmlAnswer(document(root))
}

/** Every blob of the account or the container, from a marker on. */
async function* blobsFrom(
  { storage, request, container }: StorageCall,
  marker: string,
): AsyncGenerator<TaggedBlob> {
  const { account } = request
  const slash = marker.indexOf('/')
  const start = { container: marker.slice(0, Math.max(slash, 0)), blob: marker.slice(slash + 1) }
  const all = container
    ? [container]
    : await storage.containers.list(account.name, start.container, Number.MAX_SAFE_INTEGER)
  for (const each of all) {
    let from = each.name === start.container ? start.blob : ''
    for (let isMore = true; isMore;) {
      const records = await storage.table.list({ account, container: each }, { from, limit: 500 })
      for (const record of records) yield { container: each, record }
      from = `${records.at(-1)?.name ?? ''}\u0001`
      isMore = records.length === 500
    }
  }
}
