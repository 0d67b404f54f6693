import { posix } from 'node:path'
import type { ReadFile } from './frame.ts'
import { type JsonNode, memberNode, parseJsonTree } from './json-tree.ts'

/**
 * A text of the nearest `bicepconfig.json` above a file: `extensions`, `microsoftGraphV1`.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-config
 */
export function configuredText(
  file: string,
  readFile: ReadFile,
  path: readonly string[],
): string | undefined {
  let node: JsonNode | undefined = nearestConfig(file, readFile)
  for (const name of path) node = memberNode(node, name)
  return node?.kind === 'text' ? node.value : undefined
}

function nearestConfig(file: string, readFile: ReadFile): JsonNode | undefined {
  let dir = posix.dirname(file)
  for (;;) {
    const config = posix.join(dir, 'bicepconfig.json')
    const text = readFile(config)
    if (text !== undefined) return parseJsonTree(text, config)
    const parent = posix.dirname(dir)
    if (parent === dir) return undefined
    dir = parent
  }
}
