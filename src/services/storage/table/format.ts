import type { Answer } from '../answer.ts'
import { headerOf, type StorageRequest } from '../storage-request.ts'
import type { EntityPlace, MetadataLevel } from './entity-json.ts'
import { atomNotSupported, mediaTypeNotSupported } from './errors.ts'

/** How much the answer is to say: https://learn.microsoft.com/rest/api/storageservices/payload-format-for-table-service-operations */
export function metadataLevelOf({ headers, query }: StorageRequest): MetadataLevel {
  const accept = (query.get('$format') ?? headerOf(headers, 'accept') ?? '').toLowerCase()
  const [, level] = /application\/json\s*;\s*odata=(no|minimal|full)metadata/.exec(accept) ?? []
  if (level === 'no') return 'none'
  if (level === 'full') return 'full'
  const isJson =
    level !== undefined || accept === '' || /application\/json|\*\/\*|^json$/.test(accept)
  if (isJson) return 'minimal'
  throw accept.includes('atom') ? atomNotSupported() : mediaTypeNotSupported()
}

/** An answer in JSON; without metadata it says nothing of where it is from. */
export function jsonAnswer(
  request: StorageRequest,
  content: { readonly context: string; readonly members: readonly string[] },
): Required<Pick<Answer, 'status' | 'headers'>> & { readonly body: string } {
  const level = metadataLevelOf(request)
  const context = JSON.stringify(`${request.endpoint}/$metadata#${content.context}`)
  const members =
    level === 'none' ? content.members : [`"odata.metadata":${context}`, ...content.members]
  const name = level === 'none' ? 'nometadata' : `${level}metadata`
  return {
    status: 200,
    headers: {
      'content-type': `application/json;odata=${name};streaming=true;charset=utf-8`,
      'x-content-type-options': 'nosniff',
    },
    body: `{${members.join(',')}}`,
  }
}

/** `Prefer: return-no-content`: https://learn.microsoft.com/rest/api/storageservices/setting-the-prefer-header-to-manage-response-echo-on-insert-operations */
export function wantsContent({ headers }: StorageRequest): boolean {
  return headerOf(headers, 'prefer')?.toLowerCase() !== 'return-no-content'
}

export function placeOf(request: StorageRequest, table: string): EntityPlace {
  return { account: request.named.name, endpoint: request.endpoint, table }
}
