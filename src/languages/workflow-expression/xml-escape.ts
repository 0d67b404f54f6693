/** Texts in XML, as `SecurityElement.Escape` has them. https://learn.microsoft.com/dotnet/api/system.security.securityelement.escape */

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
