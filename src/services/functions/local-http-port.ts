import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseLocalSettings } from './app-settings.ts'

/**
 * The port that an app's `local.settings.json` asks for by `Host.LocalHttpPort`.
 * https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file
 */
export function localHttpPort(appDir: string): number | undefined {
  const file = join(appDir, 'local.settings.json')
  if (!existsSync(file)) return undefined
  try {
    return parseLocalSettings({ text: readFileSync(file, 'utf8'), file }).localHttpPort
  } catch {
    // A fault in the file is the app's own, told when it is loaded.
    return undefined
  }
}
