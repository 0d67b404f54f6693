// Nothing survives a crash, and nothing must: an app is read from its folder at each start.
import { lstatSync, readdirSync, watch, type FSWatcher } from 'node:fs'
import { join, posix } from 'node:path'
import type { Clock, Timer } from '../../base/clock.ts'
import { reloadQuietMs } from './limits.ts'

interface AppFilesOptions {
  readonly dir: string
  readonly clock: Clock
  /** Called once after the files have rested, however many changed. */
  readonly onChange: () => void
}

/**
 * Watches the files of a function app that decide what runs: code, `host.json`, `local.settings.json` and what
 * `watchFiles` and `watchDirectories` of host.json name; installed packages and version control do not count.
 * https://learn.microsoft.com/azure/azure-functions/functions-host-json#watchdirectories
 */
export class AppFiles {
  readonly #options: AppFilesOptions
  /** By path below the app, with slashes; Node's own recursive watch would watch each file of `node_modules`. */
  readonly #watchers = new Map<string, FSWatcher>()
  #pending: Timer | undefined
  #files: readonly string[] = []
  #directories: readonly string[] = []

  constructor(options: AppFilesOptions) {
    this.#options = options
  }

  start(): void {
    this.#watchFolder('')
  }

  stop(): void {
    this.#pending?.cancel()
    this.#pending = undefined
    this.#forget('')
  }

  /** Adds what the app's host.json asks for, in place of what it asked for before. */
  include(host: {
    readonly watchFiles: readonly string[]
    readonly watchDirectories: readonly string[]
  }): void {
    this.#files = host.watchFiles.map((file) => file.toLowerCase())
    this.#directories = host.watchDirectories.map((directory) =>
      posix.normalize(directory.replaceAll('\\', '/')).replaceAll(/^[./]+|\/+$/g, ''),
    )
    for (const directory of this.#directories) {
      if (!this.#watchers.has(directory)) this.#watchFolder(directory)
    }
  }

  /** Watches a folder with those in it; true when it holds a file that counts. */
  #watchFolder(folder: string): boolean {
    if (!this.#isWatched(folder)) return false
    const entries = this.#open(folder)
    let counts = false
    for (const entry of entries) {
      const path = posix.join(folder, entry.name)
      counts = (entry.isDirectory() ? this.#watchFolder(path) : this.#counts(path)) || counts
    }
    return counts
  }

  #open(folder: string) {
    const path = join(this.#options.dir, folder)
    try {
      // A watch can be set on a file too: only folders have entries.
      if (!lstatSync(path).isDirectory()) return []
      const watcher = watch(path, { persistent: false }, (_, name) => {
        this.#noticed(name === null ? folder : posix.join(folder, name))
      })
      watcher.on('error', () => this.#forget(folder))
      this.#watchers.set(folder, watcher)
      return readdirSync(path, { withFileTypes: true })
    } catch (error) {
      // What is gone again needs no watch.
      if (isGone(error)) return []
      throw error
    }
  }

  #noticed(path: string): void {
    if (this.#counts(path)) return this.#changed()
    // A folder that came, went or was built anew: its old watches saw the last of it.
    const wasWatched = this.#forget(path)
    if (this.#watchFolder(path) || wasWatched) this.#changed()
  }

  #forget(folder: string): boolean {
    const within = [...this.#watchers.keys()].filter((path) => isWithin(path, folder))
    for (const path of within) {
      this.#watchers.get(path)?.close()
      this.#watchers.delete(path)
    }
    return within.length > 0
  }

  #isWatched(folder: string): boolean {
    if (this.#directories.some((directory) => isWithin(folder, directory))) return true
    return !folder.split('/').some((part) => ignoredFolders.has(part.toLowerCase()))
  }

  #counts(path: string): boolean {
    if (this.#directories.some((directory) => isWithin(posix.dirname(path), directory))) return true
    const name = posix.basename(path).toLowerCase()
    return this.#isWatched(path) && (codePattern.test(name) || this.#files.includes(name))
  }

  #changed(): void {
    this.#pending?.cancel()
    this.#pending = this.#options.clock.after(reloadQuietMs, () => {
      this.#pending = undefined
      this.#options.onChange()
    })
  }
}

const ignoredFolders = new Set(['node_modules', '.git', '.vscode', '.interline'])
const codePattern = /\.(?:js|mjs|cjs|json)$/

/** True for the folder itself too; everything is within the app's own folder, ''. */
function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}

function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}
