import { localNameEnd } from '../xml/xml-name.ts'

/**
 * `XmlConvert.EncodeName`: every character that no name of XML may have becomes `_xHHHH_`; a colon stays.
 * https://learn.microsoft.com/dotnet/api/system.xml.xmlconvert.encodename
 */
export function encodeXmlName(name: string): string {
  if (localNameEnd(name, 0) === name.length && !name.includes('_x')) return name
  let encoded = ''
  let index = 0
  for (const character of name) {
    const isEscape = character === '_' && escapePattern.test(name.slice(index, index + 11))
    const isAllowed = character === ':' || isNameCharacter(character, index)
    encoded += isAllowed && !isEscape ? character : escapeOf(character)
    index += character.length
  }
  return encoded
}

const escapePattern = /^_x[0-9a-fA-F]{4}(?:[0-9a-fA-F]{4})?_/

function isNameCharacter(character: string, index: number): boolean {
  const text = index === 0 ? character : `a${character}`
  return localNameEnd(text, 0) === text.length
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `_x${code
    .toString(16)
    .toUpperCase()
    .padStart(code > 0xffff ? 8 : 4, '0')}_`
}

/** `XmlConvert.DecodeName`. https://learn.microsoft.com/dotnet/api/system.xml.xmlconvert.decodename */
export function decodeXmlName(name: string): string {
  if (!name.includes('_x')) return name
  return name.replaceAll(/_x([0-9a-fA-F]{8}|[0-9a-fA-F]{4})_/g, (whole: string, hex: string) => {
    const code = Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
