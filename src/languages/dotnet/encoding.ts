import { argumentError, argumentNull, argumentOutOfRange } from './exceptions.ts'
import type { DotnetObject } from './value.ts'
import { countWork, unitsOf } from './work-limit.ts'

/** How an encoding turns text into bytes and back. */
export type EncodingKind =
  | 'utf-8'
  | 'us-ascii'
  | 'utf-16'
  | 'utf-16BE'
  | 'utf-32'
  | 'utf-7'
  | 'iso-8859-1'
  | 'windows-1252'

const pages: Readonly<
  Record<EncodingKind, { codePage: number; name: string; preamble: readonly number[] }>
> = {
  'utf-8': { codePage: 65001, name: 'Unicode (UTF-8)', preamble: [0xef, 0xbb, 0xbf] },
  'us-ascii': { codePage: 20127, name: 'US-ASCII', preamble: [] },
  'utf-16': { codePage: 1200, name: 'Unicode', preamble: [0xff, 0xfe] },
  'utf-16BE': { codePage: 1201, name: 'Unicode (Big-Endian)', preamble: [0xfe, 0xff] },
  'utf-32': { codePage: 12000, name: 'Unicode (UTF-32)', preamble: [0xff, 0xfe, 0, 0] },
  'utf-7': { codePage: 65000, name: 'Unicode (UTF-7)', preamble: [] },
  'iso-8859-1': { codePage: 28591, name: 'Western European (ISO)', preamble: [] },
  'windows-1252': { codePage: 1252, name: 'Western European (Windows)', preamble: [] },
}

const namesOf = new Map<string, EncodingKind>([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['us-ascii', 'us-ascii'],
  ['ascii', 'us-ascii'],
  ['utf-16', 'utf-16'],
  ['utf-16le', 'utf-16'],
  ['unicode', 'utf-16'],
  ['ucs-2', 'utf-16'],
  ['utf-16be', 'utf-16BE'],
  ['unicodefffe', 'utf-16BE'],
  ['utf-32', 'utf-32'],
  ['utf-32le', 'utf-32'],
  ['iso-8859-1', 'iso-8859-1'],
  ['latin1', 'iso-8859-1'],
  ['iso_8859-1', 'iso-8859-1'],
  ['windows-1252', 'windows-1252'],
  ['cp1252', 'windows-1252'],
])

const typeNames = new Map<EncodingKind, string>([
  ['utf-8', 'System.Text.UTF8Encoding'],
  ['us-ascii', 'System.Text.ASCIIEncoding'],
  ['utf-16', 'System.Text.UnicodeEncoding'],
  ['utf-16BE', 'System.Text.UnicodeEncoding'],
  ['utf-32', 'System.Text.UTF32Encoding'],
])

/** System.Text.Encoding. https://learn.microsoft.com/dotnet/api/system.text.encoding */
export class Encoding implements DotnetObject {
  readonly typeName: string
  readonly kind: EncodingKind

  constructor(kind: EncodingKind) {
    this.kind = kind
    this.typeName = typeNames.get(kind) ?? 'System.Text.SBCSCodePageEncoding'
  }

  /** `Encoding.GetEncoding(name)`. */
  static byName(name: string | null): Encoding {
    if (name === null) throw argumentNull('name')
    const kind = namesOf.get(name.trim().toLowerCase())
    if (kind === undefined) {
      throw argumentError(
        `'${name}' is not a supported encoding name. For information on defining a custom encoding, see the documentation for the Encoding.RegisterProvider method.\nParameter name: name`,
      )
    }
    return new Encoding(kind)
  }

  /** `Encoding.GetEncoding(codePage)`. */
  static byCodePage(codePage: number): Encoding {
    const wanted = codePage === 0 ? 1252 : codePage
    for (const kind of namesOf.values())
      if (pages[kind].codePage === wanted) return new Encoding(kind)
    throw argumentError(`No data is available for encoding ${codePage}.`)
  }

  get webName(): string {
    return this.kind
  }

  get codePage(): number {
    return pages[this.kind].codePage
  }

  get encodingName(): string {
    return pages[this.kind].name
  }

  getPreamble(): Uint8Array {
    return Uint8Array.from(pages[this.kind].preamble)
  }

  getBytes(text: string | null): Uint8Array {
    if (text === null) throw argumentNull('s')
    return encodeText(text, this.kind)
  }

  getByteCount(text: string | null): number {
    return this.getBytes(text).length
  }

  /** `GetString(bytes)` and `(bytes, index, count)`. */
  getString(bytes: Uint8Array | null, index = 0, count?: number): string {
    if (bytes === null) throw argumentNull('bytes')
    const length = count ?? bytes.length - index
    if (index < 0) throw argumentOutOfRange('index', 'Non-negative number required.')
    if (length < 0) throw argumentOutOfRange('count', 'Non-negative number required.')
    if (index + length > bytes.length) {
      throw argumentOutOfRange(
        'bytes',
        'Index and count must refer to a location within the buffer.',
      )
    }
    return decodeBytes(Buffer.from(bytes.buffer, bytes.byteOffset + index, length), this.kind)
  }

  getCharCount(bytes: Uint8Array | null): number {
    return this.getString(bytes).length
  }

  equals(other: unknown): boolean {
    return other instanceof Encoding && other.kind === this.kind
  }

  hashKey(): string {
    return `Encoding ${this.kind}`
  }
}

function encodeText(text: string, kind: EncodingKind): Uint8Array {
  countWork(unitsOf(text.length))
  switch (kind) {
    case 'utf-8':
      return new Uint8Array(Buffer.from(text))
    case 'us-ascii':
      return singleBytes(text, 0x7f)
    case 'iso-8859-1':
      return singleBytes(text, 0xff)
    case 'utf-16':
      return new Uint8Array(Buffer.from(text, 'utf16le'))
    case 'utf-16BE':
      return new Uint8Array(Buffer.from(text, 'utf16le').swap16())
    case 'utf-32':
      return utf32(text)
    case 'utf-7':
      return utf7(text)
    case 'windows-1252':
      return windowsBytes(text)
  }
}

function singleBytes(text: string, max: number): Uint8Array {
  return Uint8Array.from({ length: text.length }, (_, index) => {
    const code = text.charCodeAt(index)
    return code > max ? 63 : code
  })
}

function utf32(text: string): Uint8Array {
  const bytes = Buffer.alloc(text.length * 4)
  let offset = 0
  for (const character of text) {
    countWork()
    offset = bytes.writeUInt32LE(character.codePointAt(0) ?? 0, offset)
  }
  return new Uint8Array(bytes.subarray(0, offset))
}

function utf7(text: string): Uint8Array {
  const encoded = text.replaceAll(/\+|[^A-Za-z0-9'(),\-./:? \t\r\n]+/g, (run) => {
    if (run === '+') return '+-'
    return `+${Buffer.from(run, 'utf16le').swap16().toString('base64').replace(/=+$/, '')}-`
  })
  return singleBytes(encoded, 0x7f)
}

const windowsDecoder = new TextDecoder('windows-1252')
const windowsCodes = new Map(
  Array.from({ length: 256 }, (_, byte) => [windowsDecoder.decode(Uint8Array.of(byte)), byte]),
)

function windowsBytes(text: string): Uint8Array {
  return Uint8Array.from(text.split(''), (character) => windowsCodes.get(character) ?? 63)
}

function decodeBytes(bytes: Buffer, kind: EncodingKind): string {
  switch (kind) {
    case 'utf-8':
      return bytes.toString()
    case 'us-ascii':
      return Array.from(bytes, (byte) => String.fromCharCode(byte > 0x7f ? 63 : byte)).join('')
    case 'iso-8859-1':
      return bytes.toString('latin1')
    case 'utf-16':
      return bytes.toString('utf16le')
    case 'utf-16BE':
      return Buffer.from(bytes.subarray(0, bytes.length & ~1))
        .swap16()
        .toString('utf16le')
    case 'utf-32':
      return Array.from({ length: bytes.length >> 2 }, (_, index) =>
        codePointText(bytes.readUInt32LE(index * 4)),
      ).join('')
    case 'utf-7':
      return decodeUtf7(bytes.toString('latin1'))
    case 'windows-1252':
      return windowsDecoder.decode(bytes)
  }
}

function codePointText(code: number): string {
  return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
}

function decodeUtf7(text: string): string {
  return text.replaceAll(/\+([A-Za-z0-9+/]*)-?/g, (_all, run: string) => {
    if (run === '') return '+'
    const bytes = Buffer.from(run, 'base64')
    return Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString('utf16le')
  })
}
