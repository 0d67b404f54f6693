import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { LoadedHead } from './worker-protocol.ts'

/** An app that nothing of would run: the message says what was found and what was expected. */
class AppModelError extends Error {
  override readonly name = 'AppModelError'
}

/**
 * Refuses an app of the programming model v3, whose functions are folders with a `function.json`; gives a warning
 * for an app that registers nothing.
 * https://learn.microsoft.com/azure/azure-functions/functions-node-upgrade-v4
 */
export function checkRegistered(
  loaded: Pick<LoadedHead, 'functions'>,
  appDir: string,
): readonly string[] {
  if (loaded.functions.length > 0) return []
  const folders = readdirSync(appDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => existsSync(join(appDir, name, 'function.json')))
  if (folders.length > 0) {
    throw new AppModelError(
      `${join(appDir, folders[0] ?? '', 'function.json')}: apps of the programming model v3 are not supported, ` +
        `expected functions registered with @azure/functions v4 (found ${folders.toSorted().join(', ')}).`,
    )
  }
  return [
    'No job functions found: the entry files that "main" of package.json names register none.',
  ]
}
