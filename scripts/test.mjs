// Runs the tests: unit tests together in one process, since a process for each file costs more than the tests;
// those that start real processes of their own one file at a time. Arguments choose files by a part of their path.
import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const wanted = process.argv.slice(2)
const files = ['dist/src', 'dist/tests']
  .flatMap((dir) => readdirSync(dir, { recursive: true }).map((name) => join(dir, name)))
  .filter((name) => name.endsWith('.test.js'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort()
const ownProcess = /^dist\/tests\/(conformance|recovery|solutions)\//

const together = files.filter((name) => !ownProcess.test(name))
const apart = files.filter((name) => ownProcess.test(name))
if (files.length === 0) fail(`no test matches ${wanted.join(' ')}`)
const results = [
  ...(together.length > 0 ? [run(together)] : []),
  ...apart.map((file) => {
    console.log(`\n${file.replace(/^dist\//, '').replace(/\.js$/, '.ts')}`)
    return run([file])
  }),
]
if (!results.every(Boolean)) fail('tests failed')

function run(paths) {
  const entry = 'dist/tests-of-one-process.mjs'
  writeFileSync(
    entry,
    paths.map((path) => `await import(${JSON.stringify(resolve(path))})`).join('\n'),
  )
  const flags = ['--enable-source-maps', '--test-reporter=spec']
  return spawnSync(process.execPath, [...flags, entry], { stdio: 'inherit' }).status === 0
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
