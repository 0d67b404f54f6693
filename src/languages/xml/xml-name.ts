/** The namespace of the prefix `xml`. https://www.w3.org/TR/xml-names/#ns-decl */
export const xmlNamespace = 'http://www.w3.org/XML/1998/namespace'

/** The namespace of the prefix `xmlns`. */
export const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/'

/** A qualified name with its namespace. */
export interface XmlName {
  readonly prefix: string
  readonly local: string
  readonly uri: string
}

/** The name of what has none. */
export const noName: XmlName = { prefix: '', local: '', uri: '' }

/** The name as it is written: `prefix:local`. */
export function qualifiedName({ prefix, local }: XmlName): string {
  return prefix === '' ? local : `${prefix}:${local}`
}

/** What a character of ASCII may be in a name: 1 part, 2 start and part. The colon is a part only of qualified names. */
const asciiKinds = new Uint8Array(128)
for (let code = 0x41; code <= 0x5a; code++) asciiKinds[code] = 2
for (let code = 0x61; code <= 0x7a; code++) asciiKinds[code] = 2
for (let code = 0x30; code <= 0x39; code++) asciiKinds[code] = 1
for (const character of '.-') asciiKinds[character.charCodeAt(0)] = 1
asciiKinds[0x5f] = 2

// https://www.w3.org/TR/xml/#NT-NameStartChar
const startPattern =
  /[\xc0-\xd6\xd8-\xf6\xf8-\u{2ff}\u{370}-\u{37d}\u{37f}-\u{1fff}\u{200c}-\u{200d}\u{2070}-\u{218f}\u{2c00}-\u{2fef}\u{3001}-\u{d7ff}\u{f900}-\u{fdcf}\u{fdf0}-\u{fffd}\u{10000}-\u{effff}]/u
const partPattern = /\xb7|[\u{300}-\u{36f}]|[\u{203f}-\u{2040}]/u

/** Where the name without a colon that starts at `start` ends; `start` itself where no name starts. */
export function localNameEnd(text: string, start: number): number {
  let end = start
  for (;;) {
    const code = text.charCodeAt(end)
    if (code < 128) {
      const kind = asciiKinds[code] ?? 0
      if (kind === 0 || (kind === 1 && end === start)) return end
      end += 1
      continue
    }
    const point = text.codePointAt(end)
    if (point === undefined) return end
    const character = String.fromCodePoint(point)
    if (!startPattern.test(character) && (end === start || !partPattern.test(character))) return end
    end += character.length
  }
}

/** Where the qualified name that starts at `start` ends: `start` where there is none. */
export function qualifiedNameEnd(text: string, start: number): number {
  const end = localNameEnd(text, start)
  if (end === start || text.charCodeAt(end) !== 0x3a) return end
  const localEnd = localNameEnd(text, end + 1)
  return localEnd === end + 1 ? end : localEnd
}

/** True for a name with at most one colon between two names. */
export function isQualifiedName(text: string): boolean {
  return text !== '' && qualifiedNameEnd(text, 0) === text.length
}

/** True for the code of a blank of XML. */
export function isBlankCode(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d
}

/** True for text of nothing but the blanks of XML. */
export function isBlank(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (!isBlankCode(text.charCodeAt(index))) return false
  }
  return true
}
