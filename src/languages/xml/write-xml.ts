import type { XmlNode } from './xml-tree.ts'
import { XmlWriter } from './xml-writer.ts'

/** A node as text. An element that is not a whole document declares all namespaces in its scope. */
export function writeXml(node: XmlNode, { indents = false }: { indents?: boolean } = {}): string {
  const writer = new XmlWriter({ indents })
  writeNode(node, writer, true)
  return writer.output
}

function writeNode(node: XmlNode, writer: XmlWriter, isTop: boolean): void {
  switch (node.kind) {
    case 'root':
      for (const child of node.children) writeNode(child, writer, false)
      return
    case 'element':
      writer.startElement({
        name: node.name,
        attributes: node.attributes,
        declarations: isTop
          ? node.scope.filter(({ prefix }) => prefix !== 'xml')
          : node.declarations,
      })
      for (const child of node.children) writeNode(child, writer, false)
      writer.endElement()
      return
    case 'text':
    case 'attribute':
    case 'namespace':
      writer.text(node.value)
      return
    case 'comment':
      writer.comment(node.value)
      return
    case 'instruction':
      writer.instruction(node.name.local, node.value)
  }
}
