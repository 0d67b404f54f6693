import { existsSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { SourceError } from '../base/errors.ts'
import { isJsonObject, stringMember, type JsonObject, type JsonValue } from '../base/json.ts'

/** An application of an azd project. */
export interface AzdService {
  /** The name under `services:`, which the tag `azd-service-name` of a resource repeats. */
  readonly name: string
  readonly host: string
  /** Absolute folder of its sources. */
  readonly dir: string
}

/** A folder with an `azure.yaml`: https://learn.microsoft.com/azure/developer/azure-developer-cli/azd-schema */
export interface AzdProject {
  readonly name: string
  readonly dir: string
  /** Absolute path of the template, `infra/main.bicep` unless `infra:` says otherwise. */
  readonly template: string
  readonly parameters: string | undefined
  readonly services: readonly AzdService[]
}

const runnableHosts = new Set(['function'])

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
  }
}

function readServices(yaml: YamlFile, root: string): AzdService[] {
  return Object.entries(yaml.object(['services'])).map(([name, value]) => {
    const service = isJsonObject(value) ? value : {}
    const host = stringMember(service, 'host')
    if (host === undefined || !runnableHosts.has(host)) {
      const known = [...runnableHosts].join(', ')
      throw yaml.fault(
        ['services', name, 'host'],
        `expected a host that runs here (${known}), found '${host ?? 'none'}'`,
      )
    }
    const project = service['project']
    if (typeof project !== 'string') {
      throw yaml.fault(['services', name, 'project'], 'expected the folder of the service')
    }
    const dir = resolve(root, project)
    if (!existsSync(dir))
      throw yaml.fault(['services', name, 'project'], `there is no folder ${dir}`)
    return { name, host, dir }
  })
}

/** A YAML file of the user, with the place of each of its values. */
class YamlFile {
  readonly #file: string
  readonly #lines = new LineCounter()
  readonly #document
  readonly #content: JsonValue

  constructor(file: string) {
    this.#file = file
    this.#document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: this.#lines })
    const [error] = this.#document.errors
    if (error) {
      const at = error.linePos?.[0]
      throw new SourceError('YamlInvalid', error.message.split('\n')[0] ?? '', {
        file,
        line: at?.line ?? 1,
        column: at?.col ?? 1,
      })
    }
    this.#content = this.#document.toJS()
  }

  value(path: readonly string[]): JsonValue | undefined {
    let value: JsonValue | undefined = this.#content
    for (const name of path) value = isJsonObject(value) ? value[name] : undefined
    return value
  }

  /** The mapping at a path, empty when there is none; anything else is a fault. */
  object(path: readonly string[]): JsonObject {
    const value = this.value(path)
    if (value === undefined || value === null) return {}
    if (!isJsonObject(value)) throw this.fault(path, `expected a mapping at '${path.join('.')}'`)
    return value
  }

  /** A fault at the value, or at the nearest mapping around it that exists. */
  fault(path: readonly string[], message: string): SourceError {
    for (let depth = path.length; depth > 0; depth--) {
      const node: unknown = this.#document.getIn(path.slice(0, depth), true)
      const range: unknown = isJsonObject(node) ? node['range'] : undefined
      const start: unknown = Array.isArray(range) ? range[0] : undefined
      if (typeof start === 'number') {
        const { line, col } = this.#lines.linePos(start)
        return new SourceError('AzdProjectInvalid', message, {
          file: this.#file,
          line,
          column: col,
        })
      }
    }
    return new SourceError('AzdProjectInvalid', message, { file: this.#file, line: 1, column: 1 })
  }
}
