import { posix } from 'node:path'
import { SourceError } from '../../base/errors.ts'
import type { ReadFile } from './frame.ts'
import { isGraphType } from './graph-resource.ts'
import { memberNode, parseJsonTree } from './json-tree.ts'
import type { ExtensionDeclaration, Template } from './syntax.ts'

const graphPath = /^br:mcr\.microsoft\.com\/bicep\/extensions\/microsoftgraph\/v1\.0:[\w.-]+$/

/**
 * Checks that a file uses no extension but that for Microsoft Graph, and no resource of it without.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-extension
 */
export function checkExtensions(template: Template, readFile: ReadFile): void {
  for (const extension of template.extensions) checkExtension(extension, template.file, readFile)
  const first = template.resources.find(({ type }) => isGraphType(type))
  if (!first || template.extensions.length > 0) return
  const message = `The resource type "${first.type}@${first.apiVersion}" is one of an extension: declare "extension microsoftGraphV1".`
  throw new SourceError('BCP081', message, first.at)
}

function checkExtension(declared: ExtensionDeclaration, file: string, readFile: ReadFile): void {
  const { name, at } = declared
  const path = /[:/]/.test(name) ? name : configuredPath(name, file, readFile)
  if (path === undefined) {
    const message = `Extension "${name}" is not recognized: "bicepconfig.json" has none of that name under "extensions".`
    throw new SourceError('BCP204', message, at)
  }
  if (graphPath.test(path)) return
  const message = `The extension "${path}" is not supported, only that of Microsoft Graph v1.0.`
  throw new SourceError('NotSupported', message, at)
}

/** What the nearest `bicepconfig.json` says: https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-config */
function configuredPath(name: string, file: string, readFile: ReadFile): string | undefined {
  let dir = posix.dirname(file)
  for (;;) {
    const config = posix.join(dir, 'bicepconfig.json')
    const text = readFile(config)
    if (text !== undefined) {
      const path = memberNode(memberNode(parseJsonTree(text, config), 'extensions'), name)
      return path?.kind === 'text' ? path.value : undefined
    }
    const parent = posix.dirname(dir)
    if (parent === dir) return undefined
    dir = parent
  }
}
