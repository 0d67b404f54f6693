import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseJsonSource } from '../../base/json-source.ts'
import { isJsonObject, objectMember } from '../../base/json.ts'
import type { AppSettingSource } from './app-runtime.ts'

/** The settings of an app: those of its site, then those of `local.settings.json`. */
export class LogicAppSettings implements AppSettingSource {
  readonly #values = new Map<string, string>()

  constructor(...sources: readonly Readonly<Record<string, string>>[]) {
    // The first source that has a name wins.
    for (const source of sources.toReversed()) {
      for (const [name, value] of Object.entries(source)) {
        this.#values.set(name.toLowerCase(), value)
      }
    }
  }

  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase())
  }
}

/** The `Values` of `local.settings.json`: https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file */
export function readLocalSettings(dir: string): Record<string, string> {
  const file = join(dir, 'local.settings.json')
  if (!existsSync(file)) return {}
  const { value } = parseJsonSource(readFileSync(file, 'utf8'), file)
  if (!isJsonObject(value)) return {}
  const settings: Record<string, string> = {}
  for (const [name, setting] of Object.entries(objectMember(value, 'Values'))) {
    settings[name] = typeof setting === 'string' ? setting : JSON.stringify(setting)
  }
  return settings
}
