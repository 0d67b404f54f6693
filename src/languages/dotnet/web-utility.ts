import { percentEncoded } from './uri-escape.ts'

// System.Net.WebUtility. https://learn.microsoft.com/dotnet/api/system.net.webutility

/** `WebUtility.UrlEncode`: a blank is `+`; letters, digits and `-_.!*()` stay. */
export function urlEncode(text: string | null): string | null {
  return (
    text?.replaceAll(/[^A-Za-z0-9\-_.!*()]+/g, (run) =>
      run.split(' ').map(percentEncoded).join('+'),
    ) ?? null
  )
}

/** `WebUtility.UrlDecode`. */
export function urlDecode(text: string | null): string | null {
  if (text === null) return null
  return text
    .replaceAll('+', ' ')
    .replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
      Buffer.from(run.replaceAll('%', ''), 'hex').toString(),
    )
}

/** `WebUtility.HtmlEncode`: also characters from U+00A0 to U+00FF and beyond U+FFFF, by number. */
export function htmlEncode(text: string | null): string | null {
  return (
    text?.replaceAll(/[<>"'&\u00a0-\u00ff]|[\ud800-\udbff][\udc00-\udfff]/g, (character) => {
      const named = htmlNames.get(character)
      return named ?? `&#${character.codePointAt(0)};`
    }) ?? null
  )
}

const htmlNames = new Map([
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
  ['&', '&amp;'],
])

const htmlEntities = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['amp', '&'],
  ['nbsp', '\u00a0'],
  ['copy', '©'],
  ['reg', '®'],
  ['trade', '™'],
  ['euro', '€'],
  ['pound', '£'],
  ['yen', '¥'],
  ['cent', '¢'],
  ['sect', '§'],
  ['deg', '°'],
  ['plusmn', '±'],
  ['micro', 'µ'],
  ['para', '¶'],
  ['middot', '·'],
  ['laquo', '«'],
  ['raquo', '»'],
  ['frac14', '¼'],
  ['frac12', '½'],
  ['frac34', '¾'],
  ['times', '×'],
  ['divide', '÷'],
  ['hellip', '…'],
  ['ndash', '–'],
  ['mdash', '—'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['bull', '•'],
  ['szlig', 'ß'],
  ['aring', 'å'],
  ['Aring', 'Å'],
  ['aelig', 'æ'],
  ['AElig', 'Æ'],
  ['ccedil', 'ç'],
  ['Ccedil', 'Ç'],
  ['oslash', 'ø'],
  ['Oslash', 'Ø'],
])

// Letters with a mark are named by both: `eacute`, `Uuml`.
const marks = new Map([
  ['grave', '\u0300'],
  ['acute', '\u0301'],
  ['circ', '\u0302'],
  ['tilde', '\u0303'],
  ['uml', '\u0308'],
])

/** `WebUtility.HtmlDecode`: an unknown entity stays as it is. */
export function htmlDecode(text: string | null): string | null {
  return (
    text?.replaceAll(
      /&(?:#[xX]([0-9a-fA-F]+)|#(\d+)|([A-Za-z][A-Za-z0-9]*));/g,
      (all: string, hex?: string, digits?: string, name?: string) => {
        if (name !== undefined) return htmlEntities.get(name) ?? markedLetter(name) ?? all
        const code = hex === undefined ? Number(digits) : Number.parseInt(hex, 16)
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all
      },
    ) ?? null
  )
}

function markedLetter(name: string): string | undefined {
  const mark = marks.get(name.slice(1))
  const letter = mark === undefined ? '' : `${name[0] ?? ''}${mark}`.normalize('NFC')
  return letter.length === 1 ? letter : undefined
}
