import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { glob } from 'tinyglobby'
import { isJsonObject, parseJson, type JsonObject } from '../../../base/json.ts'
import { messageOf } from '../../../base/errors.ts'

/** The app cannot start: the message names the file as the real worker does. */
class AppLoadError extends Error {
  override readonly name = 'AppLoadError'
}

/**
 * Loads the entry files of an app: `main` of package.json is a glob, each file an ES or a CommonJS module.
 * https://learn.microsoft.com/azure/azure-functions/functions-reference-node#registering-a-function
 */
export async function loadApp(appDir: string): Promise<void> {
  const manifest = readManifest(join(appDir, 'package.json'))
  const main = manifest?.['main']
  if (typeof main !== 'string' || main === '') return
  const files = await glob(main, { cwd: appDir, absolute: true, expandDirectories: false })
  if (files.length === 0) {
    throw new AppLoadError(
      `Found zero files matching the supplied pattern "${main}" (package.json, "main")`,
    )
  }
  const require = createRequire(join(appDir, 'package.json'))
  for (const file of files.toSorted()) {
    try {
      if (isEsModule(file)) await import(pathToFileURL(file).href)
      else require(file)
    } catch (error) {
      const name = relative(appDir, file)
      throw new AppLoadError(
        `Worker was unable to load entry point "${name}": ${messageOf(error)}`,
        {
          cause: error,
        },
      )
    }
  }
}

function isEsModule(file: string): boolean {
  const extension = extname(file)
  if (extension === '.mjs') return true
  if (extension === '.cjs') return false
  return nearestManifest(dirname(file))?.['type'] === 'module'
}

function nearestManifest(dir: string): JsonObject | undefined {
  const path = join(dir, 'package.json')
  if (existsSync(path)) return readManifest(path)
  const parent = dirname(dir)
  return parent === dir ? undefined : nearestManifest(parent)
}

function readManifest(path: string): JsonObject | undefined {
  if (!existsSync(path)) return undefined
  try {
    const manifest = parseJson(readFileSync(path, 'utf8'))
    return isJsonObject(manifest) ? manifest : undefined
  } catch (error) {
    throw new AppLoadError(`Worker was unable to read "${path}": ${messageOf(error)}`, {
      cause: error,
    })
  }
}
