/** Texts and names in XML: `SecurityElement.Escape` and `XmlConvert.EncodeLocalName`. */

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

const characters: ReadonlyMap<string, string> = new Map(
  Object.entries(entities).map(([character, entity]) => [entity.slice(1, -1), character]),
)

/** A text as it stands in an element or in an attribute. */
export function encodeXmlValue(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** The text that encoded text stands for; what is no entity stays. */
export function decodeXmlValue(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w+));/g,
    (whole: string, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return characters.get(name) ?? whole
      const code = Number.parseInt(decimal ?? hex ?? '', decimal === undefined ? 16 : 10)
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
}

const nameStart = /[\p{L}\p{Nl}_]/u
const nameCharacter = /[\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}_.\-·]/u

/**
 * A name in which every character that no name of XML may have is `_xHHHH_`; a colon is one of them.
 * https://learn.microsoft.com/dotnet/api/system.xml.xmlconvert.encodelocalname
 */
export function encodeXmlName(name: string): string {
  let encoded = ''
  let index = 0
  for (const character of name) {
    const allowed = index === 0 ? nameStart : nameCharacter
    const isEscape =
      character === '_' && /^_x[0-9a-fA-F]{4}(?:[0-9a-fA-F]{4})?_/.test(name.slice(index))
    encoded += allowed.test(character) && !isEscape ? character : escapeOf(character)
    index += character.length
  }
  return encoded
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const digits = code > 0xffff ? 8 : 4
  return `_x${code.toString(16).toUpperCase().padStart(digits, '0')}_`
}

/** The name that an encoded one stands for. */
export function decodeXmlName(name: string): string {
  return name.replaceAll(/_x([0-9a-fA-F]{8}|[0-9a-fA-F]{4})_/g, (whole: string, hex: string) => {
    const code = Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
