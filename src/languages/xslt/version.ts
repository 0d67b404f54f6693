import { attributeNode, type XmlNode } from '../xml/xml-tree.ts'
import { parseXml } from '../xml/parse-xml.ts'
import { xsltNamespace } from './names.ts'

/**
 * The version that a stylesheet asks for, like `1.0`; undefined for what is no stylesheet. Versions from 2.0 on need another
 * engine (the package `saxon-js`). Throws `SourceError` for text that is no XML.
 * https://www.w3.org/TR/xslt-10/#stylesheet-element
 */
export function xsltVersion(text: string): string | undefined {
  return versionOf(parseXml(text))
}

/** The version that a parsed stylesheet asks for. */
export function versionOf(root: XmlNode): string | undefined {
  const element = root.children.find(({ kind }) => kind === 'element')
  if (element === undefined) return undefined
  const uri = element.name.uri === xsltNamespace ? '' : xsltNamespace
  return attributeNode(element, 'version', uri)?.value
}

/** True for a version of XSLT that this engine does not speak: 2.0 and later. */
export function needsLaterEngine(version: string): boolean {
  return Number(version) >= 2
}
