import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { checkFile, StoreFileError } from '../store/sqlite/schema.ts'
import { assertNotInUse } from '../store/sqlite/store-lock.ts'

/** What an instance writes into its state folder: the store with its large bytes, the spans, SQLite's own files beside them, the endpoints, the host names. */
const ownFile =
  /^(?:(?:store|spans)\.db(?:\.lock)?(?:-wal|-shm|-journal)?|store\.db\.blobs|endpoints\.json|hosts\.json(?:\.new)?)$/

export type DeletedState =
  | { readonly kind: 'absent' }
  /** Nothing in the folder says that it is a state folder: nothing was deleted. */
  | { readonly kind: 'foreign' }
  /** The state is gone, and the folder too where nothing of anyone else was in it. */
  | { readonly kind: 'deleted'; readonly left: readonly string[] }

/** Deletes the state of a stopped instance, and only files that an instance writes. */
export function deleteState(dataDir: string): DeletedState {
  if (!existsSync(dataDir)) return { kind: 'absent' }
  const names = readdirSync(dataDir)
  const store = join(dataDir, 'store.db')
  if ((names.length > 0 && !names.includes('store.db')) || isForeign(store)) {
    return { kind: 'foreign' }
  }
  assertNotInUse(store)
  const left = names.filter((name) => !ownFile.test(name))
  // The store goes last: a deletion that was cut short leaves a folder that is still known as a state folder.
  const own = readdirSync(dataDir).filter((name) => ownFile.test(name) && name !== 'store.db')
  for (const name of [...own, 'store.db'])
    rmSync(join(dataDir, name), { force: true, recursive: true })
  if (left.length === 0) rmdirSync(dataDir)
  return { kind: 'deleted', left }
}

// A damaged store, or one of a newer version, may be deleted: that is what one resets for.
function isForeign(store: string): boolean {
  try {
    checkFile(store)
    return false
  } catch (error) {
    if (error instanceof StoreFileError) return error.code === 'StoreForeign'
    throw error
  }
}
