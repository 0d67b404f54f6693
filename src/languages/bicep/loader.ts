import { SourceError, type SourcePosition } from '../../base/errors.ts'
import type { ReadFile } from './frame.ts'
import { parseBicep } from './parser.ts'
import { resolvePath } from './paths.ts'
import type { Template } from './syntax.ts'

/** Reads a Bicep file or an ARM JSON template with every module and import it names. */
export function loadTemplate(file: string, readFile: ReadFile): Template {
  const start = { file, line: 1, column: 1 }
  return load(file, { readFile, loaded: new Map(), stack: [], at: start })
}

interface Loading {
  readonly readFile: ReadFile
  readonly loaded: Map<string, Template>
  readonly stack: readonly string[]
  readonly at: SourcePosition
}

function load(file: string, loading: Loading): Template {
  const known = loading.loaded.get(file)
  if (known) return known
  if (loading.stack.includes(file)) {
    const path = [...loading.stack, file].map((each) => `"${each}"`).join(' -> ')
    throw new SourceError('BCP095', `The file is involved in a cycle (${path}).`, loading.at)
  }
  const text = loading.readFile(file)
  if (text === undefined) {
    const message = `An error occurred reading file. Could not find file "${file}".`
    throw new SourceError('BCP091', message, loading.at)
  }
  const template = parseBicep(text, file)
  const stack = [...loading.stack, file]
  for (const each of [...template.modules, ...template.imports]) {
    if (each.path === '') continue
    const path = localPath(file, each)
    each.template = load(path, { ...loading, stack, at: each.at })
  }
  loading.loaded.set(file, template)
  return template
}

function localPath(file: string, named: { path: string; at: SourcePosition }): string {
  const scheme = /^(br|ts|oci|az)(\/[\w-]+)?:/.exec(named.path)
  if (scheme) {
    const message = `Modules of a registry are not supported: "${named.path}" ("${scheme[1]}:"). Copy the module into the project.`
    throw new SourceError('NotSupported', message, named.at)
  }
  return resolvePath(file, named.path)
}
