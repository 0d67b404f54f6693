import { argumentNull } from './exceptions.ts'
import { countWork } from './work-limit.ts'

const unreserved = /[A-Za-z0-9\-._~]/
const allowedInUri = /[A-Za-z0-9\-._~!*'();/?:@&=+$,#[\]]/

/** `Uri.EscapeDataString`: all but unreserved characters, as UTF-8 in upper-case hexadecimal. */
export function escapeDataString(text: string | null): string {
  return escapeWith(text, unreserved)
}

/** `Uri.EscapeUriString`: reserved characters stay, and so does `%` before two hexadecimal digits. */
export function escapeUriString(text: string | null): string {
  return escapeWith(text, allowedInUri, true)
}

function escapeWith(text: string | null, kept: RegExp, keepsEscapes = false): string {
  if (text === null) throw argumentNull('stringToEscape')
  let escaped = ''
  let index = 0
  for (const character of text) {
    countWork()
    const isEscape =
      keepsEscapes && character === '%' && /^%[0-9A-Fa-f]{2}/.test(text.slice(index, index + 3))
    escaped += isEscape || kept.test(character) ? character : percentEncoded(character)
    index += character.length
  }
  return escaped
}

/** The UTF-8 bytes of a text, each as `%XX`. */
export function percentEncoded(text: string): string {
  let encoded = ''
  for (const byte of Buffer.from(text)) {
    encoded += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}

/** `Uri.UnescapeDataString`: what is no valid UTF-8 stays escaped. */
export function unescapeDataString(text: string | null): string {
  if (text === null) throw argumentNull('stringToUnescape')
  return text.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return unescapeValidParts(run)
    }
  })
}

function unescapeValidParts(run: string): string {
  const bytes = Buffer.from(run.replaceAll('%', ''), 'hex')
  let text = ''
  let index = 0
  while (index < bytes.length) {
    const first = bytes[index] ?? 0
    const width = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1
    const part = bytes.subarray(index, index + width)
    const decoded = part.toString()
    if (decoded.includes('\ufffd')) {
      text += run.slice(index * 3, index * 3 + 3)
      index += 1
    } else {
      text += decoded
      index += width
    }
  }
  return text
}
