import { plainAccess, type BlobRecord, type PathAccess } from './blob.ts'
import type { Origin } from './blob-event.ts'
import type { BlobPlace, BlobTable } from './blob-table.ts'
import { invalidHeader } from './errors.ts'
import { lastCharacter } from './listing.ts'
import { pathNotFound } from './path-errors.ts'

/** What is done with the entries that a request names. */
export type AclMode = 'set' | 'modify' | 'remove'

/** What one part of a recursive change came to, and where the next part begins. */
export interface AclProgress {
  readonly directories: number
  readonly files: number
  readonly next: string | undefined
}

/**
 * Changes the ACL of a path and of all below it, a part at a time. The entries are kept and grant nothing.
 * https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/update
 */
export async function changeAcl(
  table: BlobTable,
  place: BlobPlace,
  parts: {
    readonly mode: AclMode
    readonly acl: string
    readonly from: string
    readonly limit: number
    readonly origin: Origin
  },
): Promise<AclProgress> {
  const { from, limit, origin } = parts
  const top = await table.find(place)
  if (!top) throw pathNotFound()
  const below = await table.list(place, {
    from: from === '' ? `${place.name}/` : from,
    before: `${place.name}/${lastCharacter}`,
    limit: limit + 1,
  })
  const page = [...(from === '' ? [top] : []), ...below].slice(0, limit)
  for (const { name } of page) {
    await table.change({ ...place, name }, origin, (found) => ({
      next: found && { ...found, access: changed(found, parts) },
    }))
  }
  const directories = page.filter(({ isDirectory }) => isDirectory === true).length
  const next = [...(from === '' ? [top] : []), ...below][limit]?.name
  return { directories, files: page.length - directories, next }
}

/** The owner's, the group's and the others' rights of an ACL, as `rwxr-x---`. */
export function permissionsOf(acl: string): string {
  const entries = entriesOf(acl)
  const of = (kind: string) => entries.get(`${kind}:`) ?? '---'
  return `${of('user')}${of('group')}${of('other')}`
}

/** The ACL that plain permissions mean. */
export function aclOf(permissions: string): string {
  const [user, group, other] = [0, 3, 6].map((at) => permissions.slice(at, at + 3))
  return `user::${user},group::${group},other::${other}`
}

function changed(
  record: BlobRecord,
  parts: { readonly mode: AclMode; readonly acl: string },
): PathAccess {
  const access = record.access ?? plainAccess
  const given = entriesOf(parts.acl)
  const kept =
    parts.mode === 'set'
      ? new Map<string, string>()
      : entriesOf(access.acl ?? aclOf(access.permissions))
  for (const [key, rights] of given) {
    // What new paths inherit is said of directories only.
    if (key.startsWith('default:') && record.isDirectory !== true) continue
    if (parts.mode === 'remove') kept.delete(key)
    else kept.set(key, rights)
  }
  const acl = [...kept].map(([key, rights]) => `${key}:${rights}`).join(',')
  return { ...access, acl, permissions: permissionsOf(acl) }
}

/** Entries by whom they are for: `user:`, `group:ID`, `default:other:`. */
function entriesOf(acl: string): Map<string, string> {
  const entries = new Map<string, string>()
  for (const text of acl.split(',').filter((each) => each !== '')) {
    const match =
      /^((?:default:)?(?:user|group|mask|other)(?::[^:,]*)?)(?::([r-][w-][xsStT-]))?$/.exec(text)
    const [, key, rights = ''] = match ?? []
    if (key === undefined) throw invalidHeader('x-ms-acl', acl)
    entries.set(/:[^:]*$/.test(key.replace('default:', '')) ? key : `${key}:`, rights)
  }
  return entries
}
