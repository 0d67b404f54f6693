import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from '../base/clock.ts'
import { ShuffledStore } from './shuffled-store.ts'
import { openSqliteStore } from './sqlite/open-store.ts'
import type { Store } from './store.ts'

/** A store that a test opened, with the clock that moves its time. */
export interface OpenedStore {
  readonly store: Store
  readonly clock: ManualClock
}

/** What a test registers what it opens with, so that it is closed again. */
interface Owner {
  after(callback: () => Promise<void> | void): void
}

/** An engine that the tests of the store run over, each test with a store of its own. */
export interface StoreEngine {
  readonly name: string
  open(owner: Owner): Promise<OpenedStore>
}

/** Every engine, alone and behind the wrapper of shuffled visibility. */
export const storeEngines: readonly StoreEngine[] = [
  { name: 'SQLite in memory', open: (owner) => openIn(owner, ':memory:') },
  { name: 'SQLite in a file', open: (owner) => openIn(owner, join(newFolder(owner), 'store.db')) },
  {
    name: 'SQLite, shuffled',
    async open(owner) {
      const { store, clock } = await openIn(owner, ':memory:')
      return { store: new ShuffledStore(store, { seed: 20_260_101 }), clock }
    },
  },
]

/** A folder that is removed after the test. */
export function newFolder(owner: Owner): string {
  const folder = mkdtempSync(join(tmpdir(), 'interline-store-'))
  owner.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function openIn(owner: Owner, path: string): Promise<OpenedStore> {
  const clock = new ManualClock()
  const store = await openSqliteStore({ path, clock })
  owner.after(() => store.close())
  return { store, clock }
}
