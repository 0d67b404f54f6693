// Nothing survives a crash, and nothing must: an app is read from its folder at each start.
import { existsSync, readdirSync, statSync, watch, type FSWatcher } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Timer } from '../../base/clock.ts'
import { reloadQuietMs } from './limits.ts'

interface AppFilesOptions {
  readonly dir: string
  readonly clock: Clock
  /** Called once after the files have rested, however many changed. */
  readonly onChange: () => void
}

const watched = /\.(?:json|xslt|xsl|xsd|liquid|map)$/i
const ignored = new Set(['node_modules', '.git', '.vscode', '.interline', 'lib'])

/** Watches the definitions, connections, parameters and artifacts of an app. */
export class AppFiles {
  readonly #options: AppFilesOptions
  #watchers: FSWatcher[] = []
  #pending: Timer | undefined
  #stopped = false

  constructor(options: AppFilesOptions) {
    this.#options = options
  }

  start(): void {
    this.#watchers = foldersBelow(this.#options.dir, 3).map((dir) => {
      const watcher = watch(dir, { persistent: false }, (_, name) => this.#noticed(dir, name))
      // A folder that is removed ends its watch.
      watcher.on('error', () => watcher.close())
      return watcher
    })
  }

  stop(): void {
    this.#stopped = true
    this.#pending?.cancel()
    this.#close()
  }

  #noticed(dir: string, name: string | null): void {
    const counts = name === null || watched.test(name) || isFolder(join(dir, name))
    if (!counts || this.#stopped) return
    this.#pending?.cancel()
    this.#pending = this.#options.clock.after(reloadQuietMs, () => {
      this.#close()
      this.start()
      this.#options.onChange()
    })
  }

  #close(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close()
  }
}

function foldersBelow(dir: string, depth: number): string[] {
  if (!isFolder(dir)) return []
  if (depth === 0) return [dir]
  const inner = readdirSync(dir).filter((name) => !ignored.has(name.toLowerCase()))
  return [dir, ...inner.flatMap((name) => foldersBelow(join(dir, name), depth - 1))]
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}
