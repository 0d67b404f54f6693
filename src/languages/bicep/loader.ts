import { SourceError, type SourcePosition } from '../../base/errors.ts'
import type { ReadFile } from './frame.ts'
import { checkNames } from './binder.ts'
import { checkExtensions } from './extensions.ts'
import { parseArmTemplate } from './arm-template.ts'
import { parseBicep } from './parser.ts'
import { moduleFile } from './registry-module.ts'
import type { Template } from './syntax.ts'

/** Reads a Bicep file or an ARM JSON template with every module and import it names. */
export function loadTemplate(file: string, readFile: ReadFile): Template {
  const start = { file, line: 1, column: 1 }
  return load(file, { readFile, loaded: new Map(), stack: [], at: start })
}

/** Reads the files that a parameters file imports. */
export function loadImports(template: Template, readFile: ReadFile): void {
  const start = { file: template.file, line: 1, column: 1 }
  link(template, { readFile, loaded: new Map(), stack: [template.file], at: start })
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
  const template = isJson(file, text) ? parseArmTemplate(text, file) : parseBicep(text, file)
  checkExtensions(template, loading.readFile)
  link(template, { ...loading, stack: [...loading.stack, file] })
  checkNames(template)
  loading.loaded.set(file, template)
  return template
}

function isJson(file: string, text: string): boolean {
  return /\.jsonc?$/i.test(file) || /^\s*\{/.test(text)
}

function link(template: Template, loading: Loading): void {
  for (const each of [...template.modules, ...template.imports]) {
    if (each.path === '') {
      if (each.template) link(each.template, loading)
      continue
    }
    const file = moduleFile(each, template.file, loading.readFile)
    each.template = load(file, { ...loading, at: each.at })
  }
}
