import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  AppSettings,
  SettingError,
  parseLocalSettings,
  type LocalSettings,
} from './app-settings.ts'
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
  checkRuntime(settings)
  const nodeArguments = settings.get('languageWorkers__node__arguments') ?? ''
  return {
    host,
    local,
    settings,
    nodeArguments: nodeArguments.split(/\s+/).filter((argument) => argument !== ''),
    warnings: [...host.warnings, ...(local?.warnings ?? [])],
  }
}

/** What the settings ask of the host and is not done must not be taken for done. */
function checkRuntime(settings: AppSettings): void {
  const runtime = settings.get('FUNCTIONS_WORKER_RUNTIME') ?? 'node'
  if (runtime.toLowerCase() !== 'node') {
    throw new SettingError(
      `FUNCTIONS_WORKER_RUNTIME: expected 'node', found '${runtime}': other languages are not supported.`,
    )
  }
  const count = settings.get('FUNCTIONS_WORKER_PROCESS_COUNT') ?? '1'
  if (count.trim() !== '1') {
    throw new SettingError(
      `FUNCTIONS_WORKER_PROCESS_COUNT: expected 1, found '${count}': an app has one worker process here.`,
    )
  }
}
