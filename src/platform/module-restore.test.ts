import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { loadTemplate } from '../languages/bicep/loader.ts'
import { readTextFile, restoreModules } from './module-restore.ts'

const template = JSON.stringify({ contentVersion: '1.0.0.0', resources: [] })

/** A registry with one module, and a template that names it. */
async function openRegistry(t: TestContext, options: { layer?: string } = {}) {
  const digest = `sha256:${createHash('sha256').update(template).digest('hex')}`
  const mediaType = 'application/vnd.ms.bicep.module.layer.v1+json'
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    if (url === '/v2/bicep/net/hub/manifests/1.2.0') {
      response.end(JSON.stringify({ schemaVersion: 2, layers: [{ mediaType, digest }] }))
    } else if (url === `/v2/bicep/net/hub/blobs/${digest}`) {
      response.writeHead(307, { location: '/stored' }).end()
    } else if (url === '/stored') response.end(options.layer ?? template)
    else response.writeHead(404).end()
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const home = mkdtempSync(join(tmpdir(), 'interline-modules-'))
  t.after(() => {
    server.close()
    rmSync(home, { recursive: true })
  })
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  const file = join(home, 'main.bicep')
  const module = `br:localhost:${address.port}/bicep/net/hub`
  writeFileSync(file, `module hub '${module}:1.2.0' = {\n}\n`)
  const said: string[] = []
  const readFile = (path: string): string | undefined => readTextFile(path, home)
  const restore = (): Promise<void> =>
    restoreModules({ file, readFile }, (line) => said.push(line), home)
  return { file, module, readFile, restore, said, asked }
}

test('a module of a registry is got once, and then it is there', async (t) => {
  const { file, readFile, restore, said, asked } = await openRegistry(t)
  assert.throws(() => loadTemplate(file, readFile), { code: 'BCP190' })
  await restore()
  assert.equal(loadTemplate(file, readFile).modules[0]?.template?.language, 'arm')
  assert.match(said.join(), /^restoring localhost:\d+\/bicep\/net\/hub:1\.2\.0$/)
  const count = asked.length
  await restore()
  assert.equal(asked.length, count)
})

test('a module that the registry does not have is told, at its place when it is deployed', async (t) => {
  const { file, module, readFile, restore, said } = await openRegistry(t)
  writeFileSync(file, `module hub '${module}:9.9.9' = {\n}\n`)
  await restore()
  assert.match(said.join(), /answers with 404/)
  assert.throws(() => loadTemplate(file, readFile), {
    code: 'BCP190',
    position: { file, line: 1, column: 12 },
  })
})

test('a module that is another than its manifest says is not kept', async (t) => {
  const { file, readFile, restore, said } = await openRegistry(t, { layer: '{}' })
  await restore()
  assert.match(said.join(), /another than its manifest says/)
  assert.throws(() => loadTemplate(file, readFile), { code: 'BCP190' })
})
