import { SourceError } from '../../base/errors.ts'
import { configuredText } from './bicep-config.ts'
import type { ReadFile } from './frame.ts'
import { isGraphType } from './graph-resource.ts'
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
  const path = /[:/]/.test(name) ? name : configuredText(file, readFile, ['extensions', name])
  if (path === undefined) {
    const message = `Extension "${name}" is not recognized: "bicepconfig.json" has none of that name under "extensions".`
    throw new SourceError('BCP204', message, at)
  }
  if (graphPath.test(path)) return
  const message = `The extension "${path}" is not supported, only that of Microsoft Graph v1.0.`
  throw new SourceError('NotSupported', message, at)
}
