import { invalidXml } from './errors.ts'
import { xmlDepthMax } from './limits.ts'

/** An element of a request body: the bodies of this service have neither attributes nor mixed content. */
export interface XmlElement {
  readonly name: string
  readonly text: string
  readonly children: readonly XmlElement[]
}

interface OpenElement {
  readonly name: string
  text: string
  readonly children: XmlElement[]
}

// One step each: declaration or instruction, comment, CDATA, tag, text.
const steps =
  /<\?[^>]*\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s[^<>]*)?\/?)>|([^<]+)|</g

/** Reads the XML of a request; declarations of types and entities are refused, so that nothing can grow. */
export function readXml(text: string): XmlElement {
  const root: OpenElement = { name: '', text: '', children: [] }
  const open: OpenElement[] = [root]
  for (const match of text.replace(/^\uFEFF/, '').matchAll(steps)) {
    const [whole, cdata, slash, name, rest, characters] = match
    const current = open.at(-1) ?? root
    if (whole === '<') throw invalidXml(`unexpected '<' at ${match.index}`)
    if (characters !== undefined) current.text += decode(characters)
    else if (cdata !== undefined) current.text += cdata
    else if (name !== undefined && slash === '/') closeElement(open, name)
    else if (name !== undefined) openElement(open, name, rest?.endsWith('/') === true)
  }
  const [document] = root.children
  if (open.length !== 1 || root.children.length !== 1 || !document) {
    throw invalidXml('expected one element, closed')
  }
  return document
}

/** The children with a name. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? []
}

/** The text of the first child with a name. */
export function textOf(element: XmlElement | undefined, name: string): string | undefined {
  return childrenOf(element, name)[0]?.text.trim()
}

function openElement(open: OpenElement[], name: string, isEmpty: boolean): void {
  const element = { name, text: '', children: [] }
  open.at(-1)?.children.push(element)
  if (isEmpty) return
  if (open.length > xmlDepthMax) throw invalidXml('too deep')
  open.push(element)
}

function closeElement(open: OpenElement[], name: string): void {
  const element = open.pop()
  if (!element || element.name !== name || open.length === 0) {
    throw invalidXml(`unexpected '</${name}>'`)
  }
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}

function decode(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(#x?[\da-f]+|\w*);?/gi, (whole, body: string) => {
    if (body.startsWith('#')) {
      const code =
        body[1]?.toLowerCase() === 'x' ? Number(`0${body.slice(1)}`) : Number(body.slice(1))
      if (!(code <= 0x10ffff)) throw invalidXml(`unknown character ${whole}`)
      return String.fromCodePoint(code)
    }
    const character = Object.hasOwn(entities, body) ? entities[body] : undefined
    if (character === undefined) throw invalidXml(`unknown entity ${whole}`)
    return character
  })
}
