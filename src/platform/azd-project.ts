import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { SourceError, type SourcePosition } from '../base/errors.ts'
import { isJsonObject, stringMember } from '../base/json.ts'
import { YamlFile } from './yaml-file.ts'

/** An application of an azd project. */
export interface AzdService {
  /** The name under `services:`, which the tag `azd-service-name` of a resource repeats. */
  readonly name: string
  readonly host: string
  /** Absolute folder of its sources. */
  readonly dir: string
  /** The resource that runs it, where the file names one instead of a tag. */
  readonly resourceName: string | undefined
  readonly at: SourcePosition
}

/** Something in the file that azd would act on and that is left out here. */
export interface AzdNotice {
  readonly text: string
  readonly at: SourcePosition
}

/** A folder with an `azure.yaml`: https://learn.microsoft.com/azure/developer/azure-developer-cli/azd-schema */
export interface AzdProject {
  readonly name: string
  readonly dir: string
  /** Absolute path of the template, `infra/main.bicep` unless `infra:` says otherwise. */
  readonly template: string
  readonly parameters: string | undefined
  readonly services: readonly AzdService[]
  readonly notices: readonly AzdNotice[]
}

const runnableHosts = new Set(['function'])
const runnableLanguages = new Set(['js', 'ts'])

/** Members that say something; `idle` ones have nothing to say on this machine, `hooks` are told apart. */
const members = {
  project: {
    read: ['name', 'infra', 'services'],
    idle: ['metadata', 'pipeline', 'platform', 'requiredVersions', 'state', 'workflows'],
  },
  infra: { read: ['provider', 'path', 'module'], idle: [] },
  service: {
    read: ['project', 'host', 'language', 'resourceName'],
    idle: ['apiVersion', 'module', 'remoteBuild', 'uses'],
  },
} as const

/** Reads the project in a folder; whatever cannot run is refused with its place in the file. */
export function readAzdProject(dir: string): AzdProject {
  const root = resolve(dir)
  const file = ['azure.yaml', 'azure.yml'].map((name) => join(root, name)).find(existsSync)
  if (file === undefined) {
    throw new SourceError(
      'AzdProjectNotFound',
      'expected an azd project: there is no azure.yaml here',
      {
        file: join(root, 'azure.yaml'),
        line: 1,
        column: 1,
      },
    )
  }
  const yaml = new YamlFile(file)
  const infra = yaml.object(['infra'])
  const provider = stringMember(infra, 'provider') ?? 'bicep'
  if (provider !== 'bicep' && provider !== 'arm') {
    throw yaml.fault(['infra', 'provider'], `expected the provider bicep, found '${provider}'`)
  }
  const serviceNames = Object.keys(yaml.object(['services']))
  const notices = [
    ...noticesIn(yaml, [], members.project),
    ...noticesIn(yaml, ['infra'], members.infra),
    ...serviceNames.flatMap((each) => noticesIn(yaml, ['services', each], members.service)),
  ]
  const infraDir = join(root, stringMember(infra, 'path') ?? 'infra')
  const module = stringMember(infra, 'module') ?? 'main'
  const template = [join(infraDir, `${module}.bicep`), join(infraDir, `${module}.json`)].find(
    existsSync,
  )
  if (template === undefined) {
    throw yaml.fault(['infra'], `expected a template at ${join(infraDir, `${module}.bicep`)}`)
  }
  const parameters = [`${module}.parameters.json`, `${module}.bicepparam`]
    .map((name) => join(infraDir, name))
    .find(existsSync)
  const name = yaml.value(['name'])
  return {
    name: typeof name === 'string' ? name : basename(root),
    dir: root,
    template,
    parameters,
    services: readServices(yaml, root),
    notices,
  }
}

/** Hooks are told, since most projects do without them here; any other member is refused. */
function noticesIn(
  yaml: YamlFile,
  path: readonly string[],
  { read, idle }: { readonly read: readonly string[]; readonly idle: readonly string[] },
): AzdNotice[] {
  return Object.keys(yaml.object(path)).flatMap((name): AzdNotice[] => {
    const member = [...path, name]
    if (read.includes(name) || idle.includes(name)) return []
    if (name !== 'hooks') {
      throw yaml.fault(member, `'${member.join('.')}' is not supported: leave it out`)
    }
    const hooks = Object.keys(yaml.object(member)).join(', ')
    return [{ text: `the hooks ${hooks} are not run`, at: yaml.positionOf(member) }]
  })
}

function readServices(yaml: YamlFile, root: string): AzdService[] {
  return Object.entries(yaml.object(['services'])).map(([name, value]) => {
    const service = isJsonObject(value) ? value : {}
    const host = oneOf(yaml, ['services', name, 'host'], runnableHosts)
    if (service['language'] !== undefined) {
      oneOf(yaml, ['services', name, 'language'], runnableLanguages)
    }
    const project = service['project']
    if (typeof project !== 'string') {
      throw yaml.fault(['services', name, 'project'], 'expected the folder of the service')
    }
    const dir = resolve(root, project)
    if (!existsSync(dir))
      throw yaml.fault(['services', name, 'project'], `there is no folder ${dir}`)
    const at = yaml.positionOf(['services', name])
    return { name, host, dir, resourceName: resourceNameOf(yaml, name), at }
  })
}

function oneOf(yaml: YamlFile, path: readonly string[], known: ReadonlySet<string>): string {
  const value = yaml.value(path)
  if (typeof value === 'string' && known.has(value)) return value
  const found = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none')
  throw yaml.fault(
    path,
    `expected a ${path.at(-1)} that runs here (${[...known].join(', ')}), found '${found}'`,
  )
}

// azd puts environment values into the name: https://learn.microsoft.com/azure/developer/azure-developer-cli/azd-schema
function resourceNameOf(yaml: YamlFile, service: string): string | undefined {
  const path = ['services', service, 'resourceName']
  const name = yaml.value(path)
  if (name === undefined || name === null) return undefined
  if (typeof name !== 'string') throw yaml.fault(path, 'expected the name of a resource')
  return name.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => process.env[variable] ?? '')
}
