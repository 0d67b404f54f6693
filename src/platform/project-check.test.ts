import { strict as assert } from 'node:assert'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { newLogger } from '../base/logger.ts'
import { checkProjects, type CheckedFeature } from './project-check.ts'

const namespace = `resource bus 'Microsoft.ServiceBus/namespaces@2022-10-01-preview' = {
  name: 'contoso'
  location: 'westeurope'
}
`

/** What is found in a project with this template and these further lines of azure.yaml. */
async function check(
  t: TestContext,
  files: { readonly template: string; readonly yaml?: string },
): Promise<readonly CheckedFeature[]> {
  const dir = mkdtempSync(join(tmpdir(), 'interline-azd-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  mkdirSync(join(dir, 'infra'))
  writeFileSync(join(dir, 'infra', 'main.bicep'), files.template)
  writeFileSync(join(dir, 'azure.yaml'), `name: shop\n${files.yaml ?? ''}`)
  const logger = newLogger({ name: 'test', level: 'silent' })
  const features = await checkProjects([dir], { logger, say() {} })
  return features.map((feature) => ({ ...feature, at: feature.at.replace(`${dir}/`, '') }))
}

const bus = {
  class: 'modelled',
  text: 'Microsoft.ServiceBus/namespaces bus',
  at: 'infra/main.bicep:1:14',
} as const

test('a project that runs whole lists what it uses', async (t) => {
  assert.deepEqual(await check(t, { template: namespace }), [bus])
})

test('a fault in one resource does not hide the others', async (t) => {
  const queue = `resource orders 'Microsoft.ServiceBus/namespaces/queues@2022-10-01-preview' = {
  parent: bus
  name: 'orders'
  properties: { lockDuration: 'PT1H' }
}
`
  const features = await check(t, { template: namespace + queue })
  assert.deepEqual(
    features.map((feature) => [feature.class, feature.at]),
    [
      ['modelled', 'infra/main.bicep:1:14'],
      ['modelled', 'infra/main.bicep:5:17'],
      ['unsupported', 'infra/main.bicep:5:17'],
    ],
  )
  assert.match(features[2]?.text ?? '', /lockDuration/)
})

test('hooks, which are not run, are inert', async (t) => {
  const yaml = 'hooks:\n  preprovision:\n    run: ./x.sh\n'
  const [notice] = await check(t, { template: namespace, yaml })
  assert.deepEqual(notice, {
    class: 'inert',
    text: 'the hooks preprovision are not run',
    at: 'azure.yaml:3:3',
  })
})

test('a service without a resource is unsupported, at its place', async (t) => {
  const yaml = 'services:\n  api:\n    project: .\n    host: function\n'
  const found = (await check(t, { template: namespace, yaml })).at(-1)
  assert.equal(found?.class, 'unsupported')
  assert.equal(found.at, 'azure.yaml:4:5')
})

test('applications of a template are modelled; trust in other issuers is unsupported', async (t) => {
  const template = `extension 'br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:1.0.0'
resource portal 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'portal'
  displayName: 'Portal'

  resource trust 'federatedIdentityCredentials@v1.0' = {
    name: '\${portal.uniqueName}/github'
    issuer: 'https://token.actions.githubusercontent.com'
    subject: 'repo:contoso/shop:ref:refs/heads/main'
    audiences: ['api://AzureADTokenExchange']
  }
}
`
  const found = await check(t, { template })
  assert.deepEqual(
    found.map((feature) => [feature.class, feature.text, feature.at]),
    [
      ['modelled', 'Microsoft.Graph/applications portal', 'infra/main.bicep:2:17'],
      [
        'unsupported',
        'Microsoft.Graph/applications/federatedIdentityCredentials trust',
        'infra/main.bicep:6:18',
      ],
    ],
  )
})
