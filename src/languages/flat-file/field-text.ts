import type { FlatField, FlatRecord } from './flat-file-schema.ts'
import { FlatFileError } from './flat-file-error.ts'

/** Takes the padding from what a file has for a field. */
export function stripPadding(text: string, { pad, justification }: FlatField): string {
  let from = 0
  let to = text.length
  if (justification === 'right') while (from < to && text.startsWith(pad, from)) from += pad.length
  else while (to > from && text.endsWith(pad, to)) to -= pad.length
  return text.slice(from, Math.max(from, to))
}

/** The text of a positional field: exactly as long as the schema says. */
export function positionalText(value: string, field: FlatField): string {
  const { name, length, offset } = field
  if (value.length > length) {
    throw new FlatFileError(
      `The value '${value.slice(0, 50)}' of '${name}' has ${value.length} characters, its field has ${length}.`,
      { definition: name },
    )
  }
  return ' '.repeat(offset) + padTo(value, length, field)
}

/** The text of a delimited field: padded, wrapped or escaped, so that it reads as it was. */
export function delimitedText(
  value: string,
  field: FlatField,
  within: { readonly record: FlatRecord; readonly delimiters: readonly string[] },
): string {
  const { wrap, minLength } = field
  const text = padTo(value, minLength, field)
  const { escape } = within.record
  if (wrap !== '' && text !== '') {
    const before = escape === '' ? wrap : escape
    const inner = escape === '' ? text : text.replaceAll(escape, escape + escape)
    return wrap + inner.replaceAll(wrap, before + wrap) + wrap
  }
  if (escape !== '') return escaped(text, escape, within.delimiters)
  const special = within.delimiters.find((each) => text.includes(each))
  if (special === undefined) return text
  throw new FlatFileError(
    `The value '${text.slice(0, 50)}' of '${field.name}' contains a delimiter, and the schema gives no wrap or escape character for it.`,
    { definition: field.name },
  )
}

function escaped(text: string, escape: string, delimiters: readonly string[]): string {
  const doubled = text.replaceAll(escape, escape + escape)
  return delimiters.reduce(
    (each, delimiter) => each.replaceAll(delimiter, escape + delimiter),
    doubled,
  )
}

function padTo(text: string, length: number, { pad, justification }: FlatField): string {
  return justification === 'right' ? text.padStart(length, pad) : text.padEnd(length, pad)
}
