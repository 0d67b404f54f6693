import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DefinitionError } from './definition-error.ts'
import { readDefinition, type DefinitionFile } from './definition-file.ts'
import { workflowsMax } from './limits.ts'

/** A workflow of a folder: its definition, or why it has none. */
export type FolderWorkflow =
  | { readonly name: string; readonly file: DefinitionFile }
  | { readonly name: string; readonly error: DefinitionError }

/** Folders of a project that hold no workflow. */
const otherFolders = new Set([
  'artifacts',
  'lib',
  'node_modules',
  '.vscode',
  '.git',
  'tests',
  'workflow-designtime',
])

/**
 * Finds the workflows of a project: `NAME/workflow.json` of a Standard app, `NAME/definition.json` and
 * `Microsoft.Flow/flows/ID/definition.json` of an exported Power Automate flow.
 * https://learn.microsoft.com/azure/logic-apps/create-standard-workflows-visual-studio-code#view-project-structure
 */
export function readAppFolder(dir: string): readonly FolderWorkflow[] {
  const workflows: FolderWorkflow[] = []
  for (const name of foldersIn(dir)) {
    if (otherFolders.has(name.toLowerCase())) continue
    for (const file of ['workflow.json', 'definition.json']) {
      const path = join(dir, name, file)
      if (existsSync(path)) workflows.push(read(name, path))
    }
  }
  const flows = join(dir, 'Microsoft.Flow', 'flows')
  for (const name of foldersIn(flows)) {
    const path = join(flows, name, 'definition.json')
    if (existsSync(path)) workflows.push(read(name, path))
  }
  return workflows.slice(0, workflowsMax)
}

function read(name: string, path: string): FolderWorkflow {
  try {
    return { name, file: readDefinition({ name, file: path, text: readFileSync(path, 'utf8') }) }
  } catch (error) {
    if (error instanceof DefinitionError) return { name, error }
    throw error
  }
}

function foldersIn(dir: string): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter((name) => statSync(join(dir, name)).isDirectory())
    .toSorted()
}
