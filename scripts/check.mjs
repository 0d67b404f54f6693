// The static checks, each with the command that a person would type; all of them run, whichever fails.
import { spawnSync } from 'node:child_process'

const checks = [
  ['format', 'oxfmt', ['--check', '.']],
  ['lint', 'oxlint', ['--type-aware']],
  ['types', 'tsc', ['-p', 'tsconfig.json', '--noEmit']],
  ['unused', 'knip', []],
]
const failed = []
for (const [name, command, args] of checks) {
  const started = performance.now()
  const { status } = spawnSync(`node_modules/.bin/${command}`, args, { stdio: 'inherit' })
  console.log(
    `${name}: ${status === 0 ? 'ok' : 'FAILED'} (${Math.round(performance.now() - started)} ms)`,
  )
  if (status !== 0) failed.push(name)
}
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`)
  process.exit(1)
}
