import { SourceError, type SourcePosition } from '../../base/errors.ts'
import { configuredText } from './bicep-config.ts'
import type { ReadFile } from './frame.ts'
import { resolvePath } from './paths.ts'

/**
 * Where the file of a module is: beside the file that names it, or for one of a registry in the cache into which
 * `bicep restore` puts it as an ARM template. A path that begins with `~/` is in the home folder.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/modules
 */
export function moduleFile(
  named: { readonly path: string; readonly at: SourcePosition },
  file: string,
  readFile: ReadFile,
): string {
  const [, scheme, alias, rest = ''] = /^(br|ts|oci|az)(?:\/([\w-]+))?:(.*)$/.exec(named.path) ?? []
  if (scheme === undefined) return resolvePath(file, named.path)
  if (scheme !== 'br') {
    const message = `Modules of this kind are not supported: "${named.path}" ("${scheme}:"). Copy the module into the project.`
    throw new SourceError('NotSupported', message, named.at)
  }
  const address =
    alias === undefined ? rest : `${registryOf(alias, { named, file, readFile })}/${rest}`
  const roots = [configuredText(file, readFile, ['cacheRootDirectory']) ?? '~/.bicep', ownRoot]
  const files = roots.flatMap((root) => cachedFile(address, root) ?? [])
  const cached = files.find((each) => readFile(each) !== undefined)
  if (cached !== undefined) return cached
  const message = `The artifact with reference "${named.path}" has not been restored: there is no "${files[0] ?? ''}". Run "bicep restore" on the file, or copy the module into the project.`
  throw new SourceError('BCP190', message, named.at)
}

/** Where modules are that were restored without Bicep, which keeps more than a template beside each of its own. */
const ownRoot = '~/.interline'

/** The module that a file of our own cache is for: its registry, its path there and its tag. */
export function restoredModule(
  file: string,
): { readonly registry: string; readonly path: string; readonly tag: string } | undefined {
  const pattern = /^~\/\.interline\/br\/([^/]+)\/([^/]+)\/([^/]+)\$\/main\.json$/
  const [, registry, path, tag] = pattern.exec(file) ?? []
  if (registry === undefined || path === undefined || tag === undefined) return undefined
  return { registry: registry.replace('$', ':'), path: path.replaceAll('$', '/'), tag }
}

interface Naming {
  readonly named: { readonly path: string; readonly at: SourcePosition }
  readonly file: string
  readonly readFile: ReadFile
}

/** What `br/public:` or an alias of the configuration stands for. */
function registryOf(alias: string, { named, file, readFile }: Naming): string {
  const member = (name: string): string | undefined =>
    configuredText(file, readFile, ['moduleAliases', 'br', alias, name])
  const registry = member('registry') ?? (alias === 'public' ? 'mcr.microsoft.com' : undefined)
  if (registry === undefined) {
    const message = `The module alias name "${alias}" does not exist in "bicepconfig.json".`
    throw new SourceError('BCP213', message, named.at)
  }
  const path = member('modulePath') ?? (alias === 'public' ? 'bicep' : undefined)
  return path === undefined ? registry : `${registry}/${path}`
}

// `mcr.microsoft.com/bicep/avm/res/web/site:0.3.1` is the folder `mcr.microsoft.com/bicep$avm$res$web$site/0.3.1$`.
function cachedFile(address: string, root: string): string | undefined {
  const [, registry, path, tag] = /^([^/]+)\/([\w./-]+):([\w.-]+)$/.exec(address) ?? []
  if (registry === undefined || path === undefined) return undefined
  return `${root}/br/${registry.replace(':', '$')}/${path.replaceAll('/', '$')}/${tag}$/main.json`
}
