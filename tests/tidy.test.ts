/** Holds the house rules that no other tool knows: layers, rooms, names. The rules are tested themselves. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

/** Layers from the bottom up: a room may import from its own layer's rooms only where `together` says so. */
const layers = [
  ['base'],
  ['store', 'protocols', 'languages', 'processes'],
  ['engines'],
  ['services'],
  ['platform'],
  ['cli'],
] as const

/** Names that say nothing about what is behind them. */
const emptyWords =
  /(^|-)(manager|helper|helpers|util|utils|common|misc|mock|fake|emulator|impl)(-|\.|$)/

/** Azure's own names, which stay. */
const vendorNames = new Set(['mock-response.ts'])

test('imports go from upper layers to lower ones', () => {
  assert.deepEqual(sources().flatMap(wrongImports), [])
})

test('the layer rule finds an import that goes up, sideways or to another service', () => {
  const upward = { path: 'src/store/a.ts', text: "import { x } from '../services/b/c.ts'" }
  const sideways = { path: 'src/store/a.ts', text: "import { x } from '../protocols/http/c.ts'" }
  const across = { path: 'src/services/a/b.ts', text: "import { x } from '../c/d.ts'" }
  const down = { path: 'src/services/a/b.ts', text: "import { x } from '../../base/d.ts'" }
  const inside = { path: 'src/services/a/b.ts', text: "import { x } from './worker/d.ts'" }
  for (const source of [upward, sideways, across]) assert.equal(wrongImports(source).length, 1)
  for (const source of [down, inside]) assert.deepEqual(wrongImports(source), [])
})

test('a domain file does not import the wire of its service', () => {
  const wires = sources().filter(({ path }) => path.startsWith('src/services/'))
  const wrong = wires.filter(
    ({ path, text }) =>
      !/(?:rest|amqp|service|operations)\.ts$|\.test\.ts$/.test(path) &&
      /from '\.\/(?:rest|amqp)\.ts'/.test(text),
  )
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  )
})

test('every service says in a README what is covered and what is not', () => {
  for (const service of readdirSync('src/services')) {
    const file = join('src/services', service, 'README.md')
    assert.ok(existsSync(file), `${file} is missing`)
    const text = readFileSync(file, 'utf8')
    assert.match(text, /^## Covered/m, file)
    assert.match(text, /^## Not covered/m, file)
    assert.ok(existsSync(`docs/services/${service}.md`), `docs/services/${service}.md is missing`)
  }
})

test('a file is named for what it holds', () => {
  const wrong = sources().filter(({ path }) => {
    const name = path.split('/').at(-1) ?? ''
    return emptyWords.test(name) && !vendorNames.has(name)
  })
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  )
  assert.match('error-utils.ts', emptyWords)
})

test('time and randomness come from base', () => {
  const wrong = sources().filter(
    ({ path, text }) =>
      !path.startsWith('src/base/') &&
      !path.endsWith('.test.ts') &&
      /\bDate\.now\(|\bMath\.random\(/.test(text),
  )
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  )
})

test('an engine of the store is the only place that speaks SQL to it', () => {
  const wrong = sources().filter(
    ({ path, text }) =>
      path.startsWith('src/services/') &&
      /@photostructure\/sqlite/.test(text) &&
      !path.startsWith('src/services/monitor/'),
  )
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  )
})

test('every dependency has a decision record', () => {
  const manifest: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  )
  const records = readdirSync('docs/decisions')
    .map((name) => readFileSync(join('docs/decisions', name), 'utf8'))
    .join('\n')
  for (const name of Object.keys(manifest.dependencies)) {
    assert.ok(records.includes(`\`${name}\``), `docs/decisions says nothing about ${name}`)
  }
})

test('the solutions import nothing of the platform', () => {
  const wrong = filesBelow('solutions', /\.(?:js|mjs|cjs|ts)$/).filter(({ text }) =>
    /(?:from|require\()\s*['"][^'"]*\/src\/(?:base|store|services|platform)\//.test(text),
  )
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  )
})

interface Source {
  readonly path: string
  readonly text: string
}

function sources(): Source[] {
  return filesBelow('src', /\.ts$/)
}

function filesBelow(dir: string, pattern: RegExp): Source[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name) && !name.includes('node_modules'))
    .map((name) => join(dir, name))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
}

function wrongImports({ path, text }: Source): string[] {
  return [...text.matchAll(/from '(\.[^']+)'/g)]
    .map(([, target = '']) => normalize(join(dirname(path), target)))
    .filter((target) => !isAllowed(path, target))
    .map((target) => `${path} -> ${target}`)
}

function isAllowed(from: string, to: string): boolean {
  const [fromRoom, toRoom] = [roomOf(from), roomOf(to)]
  if (fromRoom === toRoom) return true
  const [fromLayer, toLayer] = [layerOf(from), layerOf(to)]
  if (fromLayer !== toLayer) return fromLayer > toLayer
  // Languages build on each other (a policy is C# inside XML), and so do protocols.
  return from.split('/')[1] === to.split('/')[1] && /^src\/(?:languages|protocols)\//.test(from)
}

/** A layer's own room: `src/store`, `src/services/cosmos-db`, `src/languages/bicep`. */
function roomOf(path: string): string {
  const [, layer = '', room = ''] = path.split('/')
  const isSingle = ['base', 'store', 'processes', 'platform', 'cli'].includes(layer)
  return isSingle ? layer : `${layer}/${room}`
}

function layerOf(path: string): number {
  const name = path.split('/')[1] ?? ''
  return layers.findIndex((layer) => layer.some((room) => room === name))
}
