import { positionAt, type SourcePosition } from '../../base/errors.ts'
import { parseXml } from '../xml/parse-xml.ts'
import { attributeNode, type XmlNode } from '../xml/xml-tree.ts'
import { xsltNamespace } from './names.ts'
import { invalidStylesheet, unsupportedStylesheet } from './stylesheet-error.ts'
import { needsLaterEngine, versionOf } from './version.ts'

/** Gives the text of a file that a stylesheet names, or undefined where there is none. */
export type ReadFile = (path: string) => string | undefined

/** One file of a stylesheet. */
export class StylesheetModule {
  readonly name: string
  readonly text: string
  readonly root: XmlNode
  /** `xsl:stylesheet`, or the only element of a simplified stylesheet. */
  readonly element: XmlNode
  readonly isSimplified: boolean
  readonly version: number
  /** Its import precedence, and the lowest of the modules that it imports. */
  precedence = 0
  lowestImport = 0

  constructor(text: string, name: string) {
    this.name = name
    this.text = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text
    this.root = parseXml(this.text, {
      uri: name,
      stripsBlanks: (element) =>
        element.name.uri !== xsltNamespace || element.name.local !== 'text',
    })
    const element = this.root.children.find(({ kind }) => kind === 'element')
    if (element === undefined) throw invalidStylesheet('The stylesheet is empty.', this.position(0))
    this.element = element
    this.isSimplified = element.name.uri !== xsltNamespace
    this.version = this.#findVersion(element)
  }

  /** The place of an offset of the text. */
  position(offset: number): SourcePosition {
    return positionAt(this.text, offset, this.name)
  }

  #findVersion(element: XmlNode): number {
    const version = versionOf(this.root)
    const { local, uri } = element.name
    const place = this.position(element.offset)
    if (uri === xsltNamespace && local !== 'stylesheet' && local !== 'transform')
      throw invalidStylesheet(`A stylesheet does not start with 'xsl:${local}'.`, place)
    if (version === undefined) {
      throw invalidStylesheet(
        this.isSimplified
          ? `'${local}' is no stylesheet: it has no attribute 'version' in the namespace of XSLT.`
          : "The attribute 'version' is missing.",
        place,
      )
    }
    const offset = attributeNode(element, 'version', this.isSimplified ? xsltNamespace : '')?.offset
    if (needsLaterEngine(version)) {
      throw unsupportedStylesheet(
        `The stylesheet asks for XSLT ${version}; versions from 2.0 on need the package 'saxon-js'.`,
        this.position(offset ?? 0),
      )
    }
    const number = Number(version)
    if (Number.isNaN(number))
      throw invalidStylesheet(`'${version}' is no version.`, this.position(offset ?? 0))
    return number
  }
}

/** A reference resolved against the name of the module that has it. */
export function resolvePath(reference: string, base: string): string {
  if (/^[a-z][a-z\d+.-]*:|^\//i.test(reference)) return reference
  const folders = base.split('/').slice(0, -1)
  for (const part of reference.split('/')) {
    if (part === '..' && folders.length > 0 && folders.at(-1) !== '..') folders.pop()
    else if (part !== '.' && part !== '') folders.push(part)
  }
  return folders.join('/')
}
