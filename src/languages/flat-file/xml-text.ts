import { FlatFileError } from './flat-file-error.ts'
import type { FlatField, FlatRecord } from './flat-file-schema.ts'
import { outputLengthMax } from './limits.ts'

/** XML that is written while a flat file is read; what was written since a mark can be taken back. */
export class XmlText {
  readonly #parts: string[] = []
  #length = 0

  get mark(): number {
    return this.#parts.length
  }

  back(mark: number): void {
    this.#parts.length = mark
  }

  add(part: string): void {
    this.#length += part.length
    if (this.#length > outputLengthMax)
      throw new FlatFileError(`The XML is longer than ${outputLengthMax} characters.`, {
        definition: '',
      })
    this.#parts.push(part)
  }

  /** Writes the start of an element where its mark is, when its attributes are known. */
  open(mark: number, element: FlatRecord, place: { outer: string; attributes: string }): void {
    const { name, namespace } = element
    const declared = namespace === place.outer ? '' : ` xmlns="${escapeXml(namespace)}"`
    this.#parts[mark] = `<${name}${declared}${place.attributes}>`
  }

  toString(): string {
    return this.#parts.join('')
  }
}

/** The text of a field as an element; a text that XML cannot hold is a fault. */
export function fieldXml(field: FlatField, value: string, outer: string): string {
  const { name, namespace } = field
  const text = fieldText(field, value)
  const declared = namespace === outer ? '' : ` xmlns="${escapeXml(namespace)}"`
  return `<${name}${declared}>${text}</${name}>`
}

export function attributeXml(field: FlatField, value: string): string {
  return field.namespace === ''
    ? ` ${field.name}="${fieldText(field, value)}"`
    : ` ns0:${field.name}="${fieldText(field, value)}" xmlns:ns0="${escapeXml(field.namespace)}"`
}

function fieldText({ name }: FlatField, value: string): string {
  if (!needsCare.test(value)) return value
  // oxlint-disable-next-line no-control-regex -- these are the characters that XML cannot hold
  const bad = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\p{Cs}]/u.exec(value)
  if (bad) {
    const code = bad[0].charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
    throw new FlatFileError(
      `The value of '${name}' has a character, hexadecimal value 0x${code}, that is invalid in XML.`,
      { definition: name },
    )
  }
  return escapeXml(value)
}

// Most texts have nothing to be escaped and nothing that XML cannot hold.
const needsCare = /[^\t\n !#-%'-;=?-\uD7FF\uE000-\uFFFD]/

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
}

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"\r]/g, (character) => escapes[character] ?? character)
}
