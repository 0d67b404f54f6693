import { strict as assert } from 'node:assert'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { SourceError } from '../base/errors.ts'
import { readAzdProject } from './azd-project.ts'

/** A project with a template, a folder `app` and this azure.yaml. */
function newProject(t: TestContext, yaml: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'interline-azd-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  mkdirSync(join(dir, 'infra'))
  mkdirSync(join(dir, 'app'))
  writeFileSync(join(dir, 'infra', 'main.bicep'), '')
  writeFileSync(join(dir, 'azure.yaml'), yaml)
  return dir
}

function service(lines: string): string {
  return `name: shop\nservices:\n  api:\n    project: app\n${lines}`
}

function faultAt(line: number, column: number, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof SourceError)
    assert.match(error.message, message)
    assert.deepEqual([error.position.line, error.position.column], [line, column])
    return true
  }
}

test('a project has a name, a template and services', (t) => {
  const dir = newProject(t, service('    host: function\n    language: ts\n'))
  const project = readAzdProject(dir)
  assert.equal(project.name, 'shop')
  assert.equal(project.template, join(dir, 'infra', 'main.bicep'))
  const [api] = project.services
  assert.equal(api?.name, 'api')
  assert.equal(api.dir, join(dir, 'app'))
  assert.equal(api.resourceName, undefined)
  assert.deepEqual(project.notices, [])
})

test('a service may name its resource, with values of the environment', (t) => {
  process.env['SHOP_ENV'] = 'test'
  t.after(() => delete process.env['SHOP_ENV'])
  const dir = newProject(t, service('    host: function\n    resourceName: func-${SHOP_ENV}\n'))
  assert.equal(readAzdProject(dir).services[0]?.resourceName, 'func-test')
})

test('hooks are not run, which is told with their place', (t) => {
  const yaml = `${service('    host: function\n')}hooks:\n  postprovision:\n    run: ./seed.sh\n`
  const [notice] = readAzdProject(newProject(t, yaml)).notices
  assert.equal(notice?.text, 'the hooks postprovision are not run')
  assert.equal(notice.at.line, 7)
})

test('what has no meaning on one machine is accepted', (t) => {
  const yaml = `metadata:\n  template: a@1\npipeline:\n  provider: github\n${service('    host: function\n')}`
  assert.deepEqual(readAzdProject(newProject(t, yaml)).notices, [])
})

test('a host, a language or a member that is not supported is refused at its place', (t) => {
  const read = (yaml: string) => () => readAzdProject(newProject(t, yaml))
  assert.throws(read(service('    host: aks\n')), faultAt(5, 11, /\(function\), found 'aks'/))
  const python = service('    host: function\n    language: py\n')
  assert.throws(read(python), faultAt(6, 15, /\(js, ts\), found 'py'/))
  const dist = service('    host: function\n    dist: build\n')
  assert.throws(read(dist), faultAt(6, 11, /'services\.api\.dist' is not supported/))
  const layers = `${service('    host: function\n')}infra:\n  layers: []\n`
  assert.throws(read(layers), faultAt(7, 11, /'infra\.layers' is not supported/))
})

test('a file that is no YAML is refused at its place', (t) => {
  const dir = newProject(t, 'name: shop\n  services: {}\n')
  assert.throws(
    () => readAzdProject(dir),
    faultAt(1, 7, /:1:7: Nested mappings are not allowed in compact mappings$/),
  )
})

test('a folder without azure.yaml is no project', () => {
  assert.throws(
    () => readAzdProject(join(tmpdir(), 'interline-none')),
    (error) => error instanceof SourceError && error.code === 'AzdProjectNotFound',
  )
})
