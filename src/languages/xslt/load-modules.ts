import { attributeNode, type XmlNode } from '../xml/xml-tree.ts'
import { modulesMax } from './limits.ts'
import { xsltNamespace } from './names.ts'
import { invalidStylesheet } from './stylesheet-error.ts'
import { resolvePath, StylesheetModule, type ReadFile } from './stylesheet-module.ts'

/** The modules of a stylesheet with their import precedence, lowest first. https://www.w3.org/TR/xslt-10/#section-Combining-Stylesheets */
export function loadModules(
  main: StylesheetModule,
  readFile: ReadFile | undefined,
): StylesheetModule[] {
  const loader = new ModuleLoader(readFile)
  loader.load(main)
  return loader.loaded
}

class ModuleLoader {
  readonly loaded: StylesheetModule[] = []
  readonly #readFile: ReadFile | undefined
  readonly #open: string[] = []
  #count = 0
  #precedence = 0

  constructor(readFile: ReadFile | undefined) {
    this.#readFile = readFile
  }

  // The imports of all included modules come first, and lower; then the modules themselves, which share a precedence.
  load(main: StylesheetModule): void {
    const lowest = this.#precedence
    const group: StylesheetModule[] = []
    this.#collect(main, group)
    for (const module of group) {
      module.precedence = this.#precedence
      module.lowestImport = lowest
      this.loaded.push(module)
    }
    this.#precedence += 1
  }

  #collect(module: StylesheetModule, group: StylesheetModule[]): void {
    this.#open.push(module.name)
    if (!module.isSimplified) {
      for (const element of importsOf(module)) {
        const found = this.#read(element, module)
        if (element.name.local === 'import') this.load(found)
        else this.#collect(found, group)
      }
    }
    group.push(module)
    this.#open.pop()
  }

  #read(element: XmlNode, from: StylesheetModule): StylesheetModule {
    const href = attributeNode(element, 'href')
    const place = from.position(href?.offset ?? element.offset)
    if (href === undefined) throw invalidStylesheet("The attribute 'href' is missing.", place)
    const path = resolvePath(href.value, from.name)
    this.#count += 1
    if (this.#count > modulesMax)
      throw invalidStylesheet('The stylesheet imports too many modules.', place)
    if (this.#open.includes(path))
      throw invalidStylesheet(`The stylesheet '${path}' imports itself.`, place)
    const text = this.#readFile?.(path)
    if (text === undefined)
      throw invalidStylesheet(`The stylesheet '${path}' cannot be read.`, place)
    return new StylesheetModule(text, path)
  }
}

function importsOf(module: StylesheetModule): XmlNode[] {
  let isFirst = true
  return module.element.children.filter(({ kind, name, offset }) => {
    if (kind !== 'element') return false
    const isXslt = name.uri === xsltNamespace
    if (isXslt && name.local === 'import') {
      if (isFirst) return true
      throw invalidStylesheet(
        "'xsl:import' stands before all other elements.",
        module.position(offset),
      )
    }
    isFirst = false
    return isXslt && name.local === 'include'
  })
}
