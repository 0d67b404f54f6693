import { stringValue, type XmlNode } from '../../languages/xml/xml-tree.ts'
import { parseXml } from '../../languages/xml/parse-xml.ts'
import { elements, type SchemaElement, type XmlSchema } from './xsd-schema.ts'

/** A flat file that does not fit its schema. */
export class FlatFileFault extends Error {
  override readonly name = 'FlatFileFault'
}

/**
 * Turns a flat file into XML, and XML into a flat file, by a schema with the annotations of flat files: delimited and
 * positional records, infix, prefix and postfix delimiters, tags, wrapped fields.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-flatfile
 */
export function decodeFlatFile(text: string, schema: XmlSchema): string {
  const root = rootOf(schema)
  const decoder = new Decoder(schema)
  const xml = decoder.record(root, text.replace(/^\uFEFF/, ''))
  const declared = schema.namespace === '' ? '' : ` xmlns:ns0="${escaped(schema.namespace)}"`
  return `<?xml version="1.0" encoding="utf-8"?>${xml.replace(/^<[^\s>/]+/, (tag) => tag + declared)}`
}

export function encodeFlatFile(xml: string, schema: XmlSchema): string {
  const [document] = elements(parseXml(xml))
  const root = schema.roots.find(({ name }) => name === document?.name.local)
  if (!document || !root) {
    throw new FlatFileFault(
      `The root element '${document?.name.local ?? ''}' is not in the schema.`,
    )
  }
  return new Encoder(schema).record(root, document)
}

/** How a record or field is written. */
interface Layout {
  readonly isPositional: boolean
  readonly delimiter: string
  readonly order: 'infix' | 'prefix' | 'postfix'
  readonly tag: string
  readonly wrap: string
  readonly pad: string
  readonly isRight: boolean
  readonly offset: number
  readonly length: number
}

function layoutOf(element: SchemaElement, schema: XmlSchema): Layout {
  const { flat } = element
  const get = (name: string) => flat.get(name)
  const order = get('child_order') ?? schema.flat.get('default_child_order') ?? 'infix'
  return {
    isPositional: get('structure') === 'positional',
    delimiter: characters(
      get('child_delimiter') ?? schema.flat.get('default_child_delimiter'),
      get('child_delimiter_type'),
    ),
    order: order === 'prefix' || order === 'postfix' ? order : 'infix',
    tag: get('tag_name') ?? '',
    wrap: characters(
      get('wrap_char') ?? schema.flat.get('default_wrap_char'),
      get('wrap_char_type'),
    ),
    pad:
      characters(get('pad_char') ?? schema.flat.get('default_pad_char'), get('pad_char_type')) ||
      ' ',
    isRight: get('justification') === 'right',
    offset: Number(get('pos_offset') ?? 0),
    length: Number(get('pos_length') ?? 0),
  }
}

/** Characters as they are, or as hexadecimal codes: `0x0D 0x0A`. */
function characters(text: string | undefined, type: string | undefined): string {
  if (text === undefined) return ''
  if (type !== 'hex' && !/^(?:0x[\da-f]{2}\s*)+$/i.test(text)) return text
  return text
    .trim()
    .split(/\s+/)
    .map((code) => String.fromCharCode(Number.parseInt(code, 16)))
    .join('')
}

class Decoder {
  readonly #schema: XmlSchema

  constructor(schema: XmlSchema) {
    this.#schema = schema
  }

  record(element: SchemaElement, text: string): string {
    const layout = layoutOf(element, this.#schema)
    const rest =
      layout.tag !== '' && text.startsWith(layout.tag) ? text.slice(layout.tag.length) : text
    const inner = layout.isPositional
      ? this.#positional(element, rest)
      : this.#delimited(element, layout, rest)
    return wrapped(element, inner)
  }

  #positional(element: SchemaElement, text: string): string {
    let position = 0
    let xml = ''
    for (const child of element.children) {
      const layout = layoutOf(child, this.#schema)
      position += layout.offset
      const length =
        child.type === 'complex' ? positionalLength(child, this.#schema) : layout.length
      const piece = text.slice(position, position + length)
      position += length
      xml += child.type === 'complex' ? this.record(child, piece) : field(child, layout, piece)
    }
    return xml
  }

  #delimited(element: SchemaElement, layout: Layout, text: string): string {
    if (element.children.length === 0) return escaped(text)
    const pieces = piecesOf(text, layout, this.#wraps(element))
    let next = 0
    let xml = ''
    for (const child of element.children) {
      for (let made = 0; made < child.maxOccurs && next < pieces.length; made += 1) {
        const piece = pieces[next] ?? ''
        if (!this.#fits(child, piece)) break
        next += 1
        const own = layoutOf(child, this.#schema)
        xml += child.type === 'complex' ? this.record(child, piece) : field(child, own, piece)
      }
    }
    if (next < pieces.length && pieces.slice(next).some((piece) => piece !== '')) {
      throw new FlatFileFault(
        `Unexpected data found while looking for the end of '${element.name}': '${(pieces[next] ?? '').slice(0, 50)}'.`,
      )
    }
    return xml
  }

  #wraps(element: SchemaElement): string {
    return (
      element.children
        .map((child) => layoutOf(child, this.#schema).wrap)
        .find((wrap) => wrap !== '') ?? ''
    )
  }

  #fits(child: SchemaElement, piece: string): boolean {
    const { tag } = layoutOf(child, this.#schema)
    return tag === '' || piece.startsWith(tag)
  }
}

class Encoder {
  readonly #schema: XmlSchema

  constructor(schema: XmlSchema) {
    this.#schema = schema
  }

  record(element: SchemaElement, node: XmlNode): string {
    const layout = layoutOf(element, this.#schema)
    const pieces = element.children.flatMap((child) => this.#children(child, node, layout))
    const { tag, delimiter, order } = layout
    if (layout.isPositional) return tag + pieces.join('')
    if (order === 'prefix') return tag + pieces.map((piece) => delimiter + piece).join('')
    if (order === 'postfix') return tag + pieces.map((piece) => piece + delimiter).join('')
    return tag + pieces.join(delimiter)
  }

  #children(child: SchemaElement, node: XmlNode, parent: Layout): string[] {
    const found = elements(node).filter(({ name }) => name.local === child.name)
    if (found.length < child.minOccurs) {
      throw new FlatFileFault(`The element '${child.name}' of '${node.name.local}' is missing.`)
    }
    const layout = layoutOf(child, this.#schema)
    // A field that is not there keeps its place in the record.
    if (found.length === 0)
      return child.type === 'complex' ? [] : [parent.isPositional ? padded('', layout) : '']
    return found.map((each) => {
      if (child.type === 'complex') return this.record(child, each)
      const text = stringValue(each)
      if (parent.isPositional) return padded(text, layout)
      const needsWrap =
        layout.wrap !== '' && parent.delimiter !== '' && text.includes(parent.delimiter)
      return needsWrap
        ? layout.wrap + text.replaceAll(layout.wrap, layout.wrap + layout.wrap) + layout.wrap
        : text
    })
  }
}

/** The pieces between delimiters that are not inside wrapped text. */
function piecesOf(text: string, layout: Layout, wrap: string): string[] {
  const { delimiter, order } = layout
  if (delimiter === '') return [text]
  const pieces: string[] = []
  let piece = ''
  let isWrapped = false
  for (let at = 0; at < text.length;) {
    if (wrap !== '' && text.startsWith(wrap, at)) {
      isWrapped = !isWrapped
      piece += wrap
      at += wrap.length
    } else if (!isWrapped && text.startsWith(delimiter, at)) {
      pieces.push(piece)
      piece = ''
      at += delimiter.length
    } else {
      piece += text[at]
      at += 1
    }
  }
  pieces.push(piece)
  if (order === 'prefix' && pieces[0] === '') pieces.shift()
  if (order === 'postfix' && pieces.at(-1) === '') pieces.pop()
  return pieces
}

function positionalLength(element: SchemaElement, schema: XmlSchema): number {
  return element.children.reduce((sum, child) => {
    const { offset, length } = layoutOf(child, schema)
    return sum + offset + (child.type === 'complex' ? positionalLength(child, schema) : length)
  }, 0)
}

function field(element: SchemaElement, layout: Layout, piece: string): string {
  const { wrap, length } = layout
  const isWrapped =
    wrap !== '' && piece.startsWith(wrap) && piece.endsWith(wrap) && piece.length >= 2
  if (isWrapped) {
    const inside = piece.slice(wrap.length, -wrap.length).replaceAll(wrap + wrap, wrap)
    return wrapped(element, escaped(inside))
  }
  return wrapped(element, escaped(length > 0 ? stripped(piece, layout) : piece))
}

function stripped(text: string, { pad, isRight }: Layout): string {
  let from = 0
  let to = text.length
  if (isRight) while (from < to && text.startsWith(pad, from)) from += pad.length
  else while (to > from && text.endsWith(pad, to)) to -= pad.length
  return text.slice(from, to)
}

function padded(text: string, { pad, isRight, length, offset }: Layout): string {
  if (text.length > length)
    throw new FlatFileFault(`The value '${text}' is longer than '${length}' characters.`)
  const filled = isRight ? text.padStart(length, pad) : text.padEnd(length, pad)
  return ' '.repeat(offset) + filled
}

function wrapped(element: SchemaElement, inner: string): string {
  const name = element.namespace === '' ? element.name : `ns0:${element.name}`
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`
}

function rootOf(schema: XmlSchema): SchemaElement {
  const wanted = schema.flat.get('root_reference')
  const root = schema.roots.find(({ name }) => wanted === undefined || name === wanted)
  if (root) return root
  throw new FlatFileFault('The schema declares no root element.')
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
