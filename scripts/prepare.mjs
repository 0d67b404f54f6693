// Brings a checkout to the state in which the platform runs: `run` installs what a run needs, `all` also what
// tests and checks need; then it compiles. A second call finds nothing to do and takes a fraction of a second.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'

const what = process.argv[2] ?? 'run'
const started = performance.now()
process.chdir(new URL('..', import.meta.url).pathname)

if (!isInstalled()) {
  note(what === 'run' ? 'Installing what the run needs' : 'Installing everything')
  run('npm', [
    'ci',
    ...(what === 'run' ? ['--omit=dev'] : []),
    '--ignore-scripts',
    '--loglevel=error',
  ])
}
const types = existsSync('node_modules/@types/node') ? [] : ['--noCheck']
run('node', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', ...types])

// npm writes its own lock file last, so an install that was cut off leaves an older one or none.
function isInstalled() {
  const stamp = 'node_modules/.package-lock.json'
  if (!existsSync(stamp) || statSync(stamp).mtimeMs < statSync('package-lock.json').mtimeMs)
    return false
  return what === 'run' || existsSync('node_modules/oxlint')
}

function run(command, args) {
  const result = spawnSync(command, args, { stdio: 'inherit' })
  if (result.status !== 0) process.exit(result.status ?? 1)
}

function note(text) {
  process.stdout.write(`${text} (${Math.round(performance.now() - started)} ms) ...\n`)
}
