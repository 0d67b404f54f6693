import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { isJsonObject, objectMember, parseJson, type JsonObject } from '../base/json.ts'

/**
 * Brings an application to where azd would have it before a deployment: dependencies installed, and built where
 * its `main` names files that do not exist. Says what it does.
 */
export async function prepareApp(dir: string, say: (line: string) => void): Promise<void> {
  const file = join(dir, 'package.json')
  if (!existsSync(file)) return
  const parsed = parseJson(readFileSync(file, 'utf8'))
  const manifest = isJsonObject(parsed) ? parsed : {}
  if (!hasDependencies(dir, manifest)) {
    say(`installing the packages of ${dir} (npm install)`)
    await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], dir)
  }
  const build = objectMember(manifest, 'scripts')['build']
  if (typeof build === 'string' && !isBuilt(dir, manifest)) {
    say(`building ${dir} (npm run build)`)
    await run('npm', ['run', 'build', '--silent'], dir)
  }
}

function hasDependencies(dir: string, manifest: JsonObject): boolean {
  const require = createRequire(join(dir, 'package.json'))
  return Object.keys(objectMember(manifest, 'dependencies')).every((name) => {
    const paths = require.resolve.paths(name) ?? []
    return paths.some((path) => existsSync(join(path, name, 'package.json')))
  })
}

// `dist/src/functions/*.js`: the part before the first wildcard has to exist.
function isBuilt(dir: string, manifest: JsonObject): boolean {
  const main = manifest['main']
  if (typeof main !== 'string') return true
  const fixed = main.split(/[*{[?]/)[0] ?? ''
  return existsSync(join(dir, fixed.endsWith('/') || fixed === main ? fixed : join(fixed, '..')))
}

function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve()
      else
        reject(new Error(`'${command} ${args.join(' ')}' in ${cwd} ended with exit code ${code}`))
    })
  })
}
