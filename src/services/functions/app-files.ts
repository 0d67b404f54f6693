// Nothing survives a crash, and nothing must: an app is read from its folder at each start.
import { watch, type FSWatcher } from 'node:fs'
import { basename, sep } from 'node:path'
import type { Clock, Timer } from '../../base/clock.ts'
import { reloadQuietMs } from './limits.ts'

export interface AppFilesOptions {
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
  #watchers: FSWatcher[] = []
  #pending: Timer | undefined
  #files: readonly string[] = []
  #directories: readonly string[] = []

  constructor(options: AppFilesOptions) {
    this.#options = options
  }

  start(): void {
    const watcher = watch(this.#options.dir, { recursive: true, persistent: false }, (_, path) => {
      if (path === null || this.#counts(path)) this.#changed()
    })
    // A folder that is removed while it is watched ends the watch; the app's next load tells what is missing.
    watcher.on('error', () => watcher.close())
    this.#watchers.push(watcher)
  }

  stop(): void {
    this.#pending?.cancel()
    this.#pending = undefined
    for (const watcher of this.#watchers) watcher.close()
    this.#watchers = []
  }

  /** Adds what the app's host.json asks for, in place of what it asked for before. */
  include(host: {
    readonly watchFiles: readonly string[]
    readonly watchDirectories: readonly string[]
  }): void {
    this.#files = host.watchFiles.map((file) => file.toLowerCase())
    this.#directories = host.watchDirectories.map((directory) =>
      directory.toLowerCase().replaceAll(/^[./\\]+|[/\\]+$/g, ''),
    )
  }

  #counts(path: string): boolean {
    const parts = path.toLowerCase().split(sep)
    if (this.#directories.some((directory) => isWithin(parts, directory))) return true
    if (parts.some((part) => ignoredFolders.has(part))) return false
    const name = basename(path).toLowerCase()
    return codePattern.test(name) || this.#files.includes(name)
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

function isWithin(parts: readonly string[], directory: string): boolean {
  return parts.slice(0, -1).join('/').startsWith(directory) && directory !== ''
}
