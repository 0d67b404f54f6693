import { TextDecoder } from 'node:util'
import { SourceError } from '../../base/errors.ts'

/**
 * The text of a document given as bytes: by its byte order mark, else by the encoding that it declares, else UTF-8.
 * Bytes that the encoding does not have are an error. https://www.w3.org/TR/xml/#sec-guessing
 */
export function decodeXml(bytes: Uint8Array): string {
  const encoding = markedEncoding(bytes) ?? declaredEncoding(bytes)
  try {
    return decoderOf(encoding).decode(bytes)
  } catch (error) {
    if (error instanceof SourceError) throw error
    throw new SourceError('InvalidXml', `The document is not in the encoding '${encoding}'.`, start)
  }
}

const start = { line: 1, column: 1 }

function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true })
  } catch {
    throw new SourceError('InvalidXml', `System does not support '${encoding}' encoding.`, start)
  }
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  const [first, second, third, fourth] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0x00 && second === 0x3c && third === 0x00) return 'utf-16be'
  if (first === 0x3c && second === 0x00 && fourth === 0x00) return 'utf-16le'
  return undefined
}

function declaredEncoding(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  const name = /^<\?xml\s[^?]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)["']/.exec(head)?.[1]
  if (name === undefined) return 'utf-8'
  // One that says it has two bytes a character while it was read with one is mistaken.
  if (/^utf-?16/i.test(name))
    throw new SourceError(
      'InvalidXml',
      `There is no Unicode byte order mark. Cannot switch to Unicode.`,
      start,
    )
  return name
}
