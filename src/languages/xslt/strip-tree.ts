import { preservesSpace } from '../xml/parse-xml.ts'
import { TreeBuilder } from '../xml/tree-builder.ts'
import { isBlank } from '../xml/xml-name.ts'
import type { XmlNode } from '../xml/xml-tree.ts'

/** A copy of a tree without the blanks that a stylesheet strips. */
export function stripTree(root: XmlNode, strips: (element: XmlNode) => boolean): XmlNode {
  const builder = new TreeBuilder({ uri: root.tree.uri, number: 1 })
  builder.tree.unparsedEntities = root.tree.unparsedEntities
  const idsByElement = new Map(Array.from(root.tree.ids, ([id, element]) => [element, id]))
  const copy = (node: XmlNode): void => {
    switch (node.kind) {
      case 'element': {
        const element = builder.startElement(node.name, node.attributes, node.declarations)
        const id = idsByElement.get(node)
        if (id !== undefined) builder.tree.ids.set(id, element)
        for (const child of node.children) copy(child)
        builder.endElement()
        return
      }
      case 'text': {
        const { parent } = node
        const isStripped =
          parent !== null && isBlank(node.value) && strips(parent) && !preservesSpace(parent)
        if (!isStripped) builder.text(node.value)
        return
      }
      case 'comment':
        builder.comment(node.value)
        return
      case 'instruction':
        builder.instruction(node.name.local, node.value)
        return
      case 'root':
      case 'attribute':
      case 'namespace':
    }
  }
  for (const child of root.children) copy(child)
  return builder.end().root
}
