import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppSettings, parseLocalSettings, type LocalSettings } from './app-settings.ts'
import { parseHostJson, type HostJson } from './host-json.ts'

/** What the files of a function app say about how to run it. */
export interface AppFolder {
  readonly host: HostJson
  readonly local: LocalSettings | undefined
  readonly settings: AppSettings
  /** Options of Node for the worker: the setting `languageWorkers__node__arguments`. */
  readonly nodeArguments: readonly string[]
  readonly warnings: readonly string[]
}

/** Reads `host.json` and `local.settings.json`; a fault names file, line and column. */
export function readAppFolder(app: {
  readonly dir: string
  readonly settings: Readonly<Record<string, string>>
}): AppFolder {
  const localFile = join(app.dir, 'local.settings.json')
  const local = existsSync(localFile)
    ? parseLocalSettings({ text: readFileSync(localFile, 'utf8'), file: localFile })
    : undefined
  const settings = new AppSettings(app.settings, local)
  const hostFile = join(app.dir, 'host.json')
  const host = parseHostJson({
    file: hostFile,
    settings: settings.environment,
    ...(existsSync(hostFile) ? { text: readFileSync(hostFile, 'utf8') } : {}),
  })
  const nodeArguments = settings.get('languageWorkers__node__arguments') ?? ''
  return {
    host,
    local,
    settings,
    nodeArguments: nodeArguments.split(/\s+/).filter((argument) => argument !== ''),
    warnings: [...host.warnings, ...(local?.warnings ?? [])],
  }
}
