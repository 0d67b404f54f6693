// Brings a checkout to the state in which the platform runs: `run` installs what a run needs, `all` also what tests
// and checks need; then it compiles, unless the sources are the ones that were compiled last.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const what = process.argv[2] ?? 'run'
const stamp = 'dist/.sources'
process.chdir(fileURLToPath(new URL('..', import.meta.url)))

if (!isInstalled()) {
  process.stdout.write(
    what === 'run' ? 'Installing what the run needs ...' : 'Installing everything ...',
  )
  const started = performance.now()
  run('npm', [
    'ci',
    ...(what === 'run' ? ['--omit=dev'] : []),
    '--ignore-scripts',
    '--loglevel=error',
  ])
  process.stdout.write(` done in ${Math.round((performance.now() - started) / 100) / 10} s\n`)
}
compile()

// npm writes its own lock file last, so an install that was cut off leaves an older one or none.
function isInstalled() {
  const installed = 'node_modules/.package-lock.json'
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync('package-lock.json').mtimeMs)
    return false
  return what === 'run' || existsSync('node_modules/oxlint')
}

// A run compiles the program alone and leaves its types to `npm run check`.
function compile() {
  const project = what === 'run' ? ['-p', 'tsconfig.run.json'] : ['-p', 'tsconfig.json']
  const sources = hashOf(what === 'run' ? ['src'] : ['src', 'tests', 'benchmarks'])
  const done = existsSync(stamp) ? readFileSync(stamp, 'utf8').split('\n') : []
  if (done.includes(sources)) return
  run('node', ['node_modules/typescript/bin/tsc', ...project])
  mkdirSync('dist', { recursive: true })
  // Compiling everything compiles the program too.
  writeFileSync(stamp, [hashOf(['src']), ...(what === 'run' ? [] : [sources])].join('\n'))
}

function hashOf(dirs) {
  const hash = createHash('sha256')
  for (const dir of dirs) {
    for (const name of readdirSync(dir, { recursive: true }).sort()) {
      if (name.endsWith('.ts')) hash.update(name).update(readFileSync(join(dir, name)))
    }
  }
  for (const file of ['tsconfig.json', 'tsconfig.run.json', 'package-lock.json'])
    hash.update(readFileSync(file))
  return hash.digest('hex')
}

function run(command, args) {
  const result = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (result.status !== 0) process.exit(result.status ?? 1)
}
