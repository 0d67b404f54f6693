import { stringMember } from '../../base/json.ts'
import { rootName } from './api.ts'
import type { EntityKind } from './entity-kind.ts'
import { entityNotFound } from './errors.ts'

/**
 * Makes a revision the current one: callers that name no revision get it from then on.
 * https://learn.microsoft.com/azure/api-management/api-management-revisions
 */
export const releaseKind: EntityKind = {
  kind: 'apis/releases',
  label: 'ApiRelease',
  accept({ holder, names: [api = ''], fields, properties }) {
    const released = revisionOf(fields.requiredText('apiId'))
    const isRevision = rootName(released) === rootName(api) && holder.get('apis', [released])
    if (!isRevision) throw entityNotFound('API revision')
    return properties
  },
  async settle(writer, { names: [api = ''], properties }) {
    const released = revisionOf(stringMember(properties, 'apiId') ?? '').toLowerCase()
    const revisions = writer
      .list('apis')
      .filter(({ names: [id = ''] }) => rootName(id) === rootName(api))
    // The new one first: at no moment does nobody answer.
    const inOrder = revisions.toSorted(({ names: [id] }) =>
      id?.toLowerCase() === released ? -1 : 1,
    )
    for (const { kind, names } of inOrder) {
      const isCurrent = names[0]?.toLowerCase() === released
      await writer.patch({ kind, names, properties: { isCurrent } })
    }
  },
}

function revisionOf(apiId: string): string {
  return apiId.split('/').at(-1) ?? ''
}
