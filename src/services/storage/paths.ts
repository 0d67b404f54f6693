// Survives a crash: directories and files, which are blobs, and what was appended to a file and not flushed.
import { newUuid } from '../../base/ids.ts'
import type { StagedBlob } from '../../store/blobs.ts'
import type { StoredDocument } from '../../store/documents.ts'
import { ExpectationFailed, type Operation } from '../../store/store.ts'
import {
  heldBy,
  parentOf,
  plainAccess,
  type BlobRecord,
  type ContentHeaders,
  type PathAccess,
} from './blob.ts'
import type { Origin } from './blob-event.ts'
import { freshBlob, superseded, touched } from './blob-content.ts'
import { blobKey, readBlob, type BlobPlace, type BlobTable } from './blob-table.ts'
import { checkConditions, checkWrite, type Conditions } from './conditions.ts'
import { keyOf } from './containers.ts'
import { invalidInput, serverBusy, sourceConditionNotMet } from './errors.ts'
import { deletedPathsMax, directoryEntriesMax, overtakenCountMax } from './limits.ts'
import { lastCharacter } from './listing.ts'
import {
  directoryNotEmpty,
  directoryTooLarge,
  invalidFlushPosition,
  pathConflict,
  pathExists,
  pathNotFound,
  renameParentNotFound,
  sourcePathNotFound,
} from './path-errors.ts'

/** What a path is made with. */
export interface NewPath {
  readonly isDirectory: boolean
  readonly headers: ContentHeaders
  readonly metadata: Readonly<Record<string, string>>
  readonly access?: Partial<PathAccess>
  readonly conditions: Conditions
}

/** https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/create */
export async function createPath(
  table: BlobTable,
  place: BlobPlace,
  parts: { readonly given: NewPath; readonly origin: Origin },
): Promise<BlobRecord> {
  const { given, origin } = parts
  await ensureParents(table, place, origin)
  const { change } = await table.change(place, origin, (found) => {
    if (found && (found.isDirectory === true) !== given.isDirectory) throw pathConflict()
    if (found && given.conditions.ifNoneMatch === '*') throw pathExists()
    const { isDirectory } = given
    const kind = 'BlockBlob' as const
    const file = { ...given, headers: given.headers, metadata: given.metadata }
    const fresh = freshBlob(table, place, {
      kind,
      found: isDirectory ? undefined : found,
      given: file,
      length: 0,
    })
    const access = { ...plainAccess, ...(isDirectory ? directoryMode : {}), ...given.access }
    const metadata = isDirectory ? { ...given.metadata, hdi_isfolder: 'true' } : given.metadata
    const next: BlobRecord = {
      ...fresh,
      metadata,
      access,
      ...(isDirectory ? { isDirectory } : {}),
    }
    const happening = isDirectory
      ? ({ type: 'Microsoft.Storage.DirectoryCreated', api: 'CreateDirectory' } as const)
      : ({ type: 'Microsoft.Storage.BlobCreated', api: 'CreateFile' } as const)
    return {
      next,
      pastPut: isDirectory ? [] : superseded(table, place.account, found),
      happening: { ...happening, record: next },
    }
  })
  return present(change.next)
}

/** Makes the directories that hold a path; a file in their place is a conflict. */
export async function ensureParents(
  table: BlobTable,
  place: BlobPlace,
  origin: Origin,
): Promise<void> {
  if (!place.account.isHierarchical) return
  const missing: string[] = []
  for (let name = parentOf(place.name); name !== ''; name = parentOf(name)) {
    const found = await table.find({ ...place, name })
    if (found && found.isDirectory !== true) throw pathConflict()
    if (found) break
    missing.unshift(name)
  }
  for (const name of missing) {
    await table.change({ ...place, name }, origin, (found) => ({
      next: found ?? newDirectory(table, name),
    }))
  }
}

/** https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/update: `append` */
export async function appendToPath(
  table: BlobTable,
  place: BlobPlace,
  parts: {
    readonly staged: StagedBlob
    readonly position: number
    readonly conditions: Conditions
    readonly origin: Origin
  },
): Promise<void> {
  const { staged, position, conditions, origin } = parts
  await table.change(place, origin, (found) => {
    const file = fileOf(found)
    checkWrite(file, conditions, table.clock.now())
    if (position < file.length) throw invalidFlushPosition()
    const others = (file.unflushed ?? []).filter(({ at }) => at !== position)
    const extent = { at: position, piece: [staged.id, 0, staged.length] as const }
    const unflushed = [...others, extent].toSorted((left, right) => left.at - right.at)
    return { next: { ...file, unflushed }, staged: [staged] }
  })
}

/** https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/update: `flush` */
export async function flushPath(
  table: BlobTable,
  place: BlobPlace,
  parts: {
    readonly position: number
    readonly headers: ContentHeaders
    readonly isClosed: boolean
    readonly isRetained: boolean
    readonly conditions: Conditions
    readonly origin: Origin
  },
): Promise<BlobRecord> {
  const { position, headers, isClosed, isRetained, conditions } = parts
  const { change } = await table.change(place, parts.origin, (found) => {
    const file = fileOf(found)
    checkWrite(file, conditions, table.clock.now())
    const flushed = (file.unflushed ?? []).filter(({ at }) => at < position)
    let length = file.length
    for (const { at, piece } of flushed) {
      if (at !== length) throw invalidFlushPosition()
      length += piece[2]
    }
    if (length !== position) throw invalidFlushPosition()
    const given = Object.fromEntries(
      Object.entries(headers).filter(([, value]) => value !== undefined),
    )
    const left = isRetained ? (file.unflushed ?? []).filter(({ at }) => at >= position) : []
    const next: BlobRecord = {
      ...file,
      ...touched(table, place, file),
      ...given,
      length,
      pieces: [...file.pieces, ...flushed.map(({ piece }) => piece)],
      unflushed: left.length > 0 ? left : undefined,
    }
    const type = 'Microsoft.Storage.BlobCreated' as const
    return isClosed ? { next, happening: { type, api: 'FlushWithClose', record: next } } : { next }
  })
  return present(change.next)
}

/** https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/update: `setAccessControl` */
export async function setAccess(
  table: BlobTable,
  place: BlobPlace,
  parts: {
    readonly access: Partial<PathAccess>
    readonly conditions: Conditions
    readonly origin: Origin
  },
): Promise<BlobRecord> {
  const { change } = await table.change(place, parts.origin, (found) => {
    if (!found) throw pathNotFound()
    checkWrite(found, parts.conditions, table.clock.now())
    const access = { ...plainAccess, ...found.access, ...parts.access }
    return { next: { ...found, ...table.stamp(), access } }
  })
  return present(change.next)
}

/** Deletes a directory with what it holds, a part at a time; true once nothing is left. */
export async function deleteDirectory(
  table: BlobTable,
  place: BlobPlace,
  parts: {
    readonly isRecursive: boolean
    readonly conditions: Conditions
    readonly origin: Origin
  },
): Promise<boolean> {
  const directory = await table.find(place)
  if (!directory) throw pathNotFound()
  checkConditions(directory, parts.conditions)
  const children = await childrenOf(table, place, deletedPathsMax)
  if (children.length > 0 && !parts.isRecursive) throw directoryNotEmpty()
  if (children.length > 0) await table.store.write(children.flatMap(removal))
  if (children.length === deletedPathsMax) return false
  await table.change(place, parts.origin, () => ({
    next: undefined,
    happening: {
      type: 'Microsoft.Storage.DirectoryDeleted',
      api: 'DeleteDirectory',
      recursive: parts.isRecursive,
    },
  }))
  return true
}

/** Moves a path with all it holds at once: https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/create */
export async function renamePath(
  table: BlobTable,
  places: { readonly from: BlobPlace; readonly to: BlobPlace },
  parts: {
    readonly conditions: Conditions
    readonly sourceConditions: Conditions
    readonly origin: Origin
  },
): Promise<BlobRecord> {
  const { from, to } = places
  if (to.name === from.name || to.name.startsWith(`${from.name}/`)) {
    throw invalidInput('A path cannot be moved into itself.')
  }
  for (let attempt = 0; attempt < overtakenCountMax; attempt += 1) {
    const batch = await renameBatch(table, places, parts)
    try {
      await table.store.write(batch.operations)
      return batch.next
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error
    }
  }
  throw serverBusy()
}

const directoryMode = { permissions: 'rwxr-x---' } as const

async function renameBatch(
  table: BlobTable,
  { from, to }: { readonly from: BlobPlace; readonly to: BlobPlace },
  parts: {
    readonly conditions: Conditions
    readonly sourceConditions: Conditions
    readonly origin: Origin
  },
): Promise<{ readonly operations: readonly Operation[]; readonly next: BlobRecord }> {
  const document = await table.document(from)
  const target = await table.document(to)
  if (!document) throw sourcePathNotFound()
  const source = readBlob(document)
  checkConditions(source, parts.sourceConditions, { onUnmet: sourceConditionNotMet })
  await checkTarget(table, to, { target, source, conditions: parts.conditions })
  const children = source.isDirectory === true ? await allChildren(table, from) : []
  const stamp = table.stamp()
  const next = { ...source, name: to.name, etag: stamp.etag, lease: undefined }
  const container = keyOf(to.account.name, to.container.name)
  const type =
    source.isDirectory === true
      ? ('Microsoft.Storage.DirectoryRenamed' as const)
      : ('Microsoft.Storage.BlobRenamed' as const)
  const api = source.isDirectory === true ? 'RenameDirectory' : 'RenameFile'
  const happening = { type, api, record: next, oldName: from.name }
  return {
    next,
    operations: [
      { kind: 'document.check', ...container, expect: 'present' },
      ...[document, ...children].flatMap((each) => moved(each, { from, to, next, target })),
      ...released(target),
      ...table.eventFor(to, happening, parts.origin),
    ],
  }
}

function moved(
  document: StoredDocument,
  parts: {
    readonly from: BlobPlace
    readonly to: BlobPlace
    readonly next: BlobRecord
    readonly target: StoredDocument | undefined
  },
): Operation[] {
  const { from, to, next, target } = parts
  const { collection, partition, id, etag } = document
  const name = `${to.name}${id.slice(from.name.length)}`
  const isItself = id === from.name
  const record = isItself ? next : { ...readBlob(document), name }
  const key = blobKey({ ...to, name })
  const known = isItself && target ? { etag: target.etag } : ('absent' as const)
  const body = JSON.stringify(record)
  return [
    { kind: 'document.delete', collection, partition, id, expect: { etag } },
    { kind: 'document.put', ...key, body, etag: newUuid(), expect: known },
  ]
}

async function checkTarget(
  table: BlobTable,
  to: BlobPlace,
  parts: {
    readonly target: StoredDocument | undefined
    readonly source: BlobRecord
    readonly conditions: Conditions
  },
): Promise<void> {
  const parent = parentOf(to.name)
  const holder = parent === '' ? undefined : await table.find({ ...to, name: parent })
  if (parent !== '' && holder?.isDirectory !== true) throw renameParentNotFound()
  const found = parts.target && readBlob(parts.target)
  if (found && parts.conditions.ifNoneMatch === '*') throw pathExists()
  checkWrite(found, parts.conditions, table.clock.now())
  if (!found) return
  if ((found.isDirectory === true) !== (parts.source.isDirectory === true)) throw pathConflict()
  if (found.isDirectory === true && (await table.hasBelow(to))) throw pathExists()
}

async function allChildren(table: BlobTable, place: BlobPlace): Promise<readonly StoredDocument[]> {
  const children = await childrenOf(table, place, directoryEntriesMax + 1)
  if (children.length > directoryEntriesMax) throw directoryTooLarge()
  return children
}

function childrenOf(
  table: BlobTable,
  place: BlobPlace,
  limit: number,
): Promise<readonly StoredDocument[]> {
  const { collection, partition } = blobKey(place)
  const from = place.name === '' ? '' : `${place.name}/`
  const before = place.name === '' ? {} : { before: `${from}${lastCharacter}` }
  return table.store.listDocuments({ collection, partition, from, ...before, limit })
}

function removal(document: StoredDocument): Operation[] {
  const { collection, partition, id, etag } = document
  return [
    { kind: 'document.delete', collection, partition, id, expect: { etag } },
    ...released(document),
  ]
}

function released(document: StoredDocument | undefined): Operation[] {
  const ids = document ? [...heldBy(readBlob(document))] : []
  return ids.map((id): Operation => ({ kind: 'blob.release', id }))
}

function newDirectory(table: BlobTable, name: string): BlobRecord {
  return {
    name,
    kind: 'BlockBlob',
    ...table.stamp(),
    createdMs: table.clock.now(),
    length: 0,
    metadata: { hdi_isfolder: 'true' },
    pieces: [],
    isDirectory: true,
    access: { ...plainAccess, ...directoryMode },
  }
}

function fileOf(found: BlobRecord | undefined): BlobRecord {
  if (!found) throw pathNotFound()
  if (found.isDirectory === true || found.kind !== 'BlockBlob') throw pathConflict()
  return found
}

function present(record: BlobRecord | undefined): BlobRecord {
  if (!record) throw pathNotFound()
  return record
}
