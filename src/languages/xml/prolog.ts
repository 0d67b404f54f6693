import { isBlankCode } from './xml-name.ts'
import type { ReadDeclaration } from './xml-events.ts'

/** The declaration `<?xml ...?>` at a place and where it ends; undefined for none. https://www.w3.org/TR/xml/#NT-XMLDecl */
export function declarationAt(
  text: string,
  position: number,
): { readonly declaration: ReadDeclaration; readonly end: number } | undefined {
  declarationPattern.lastIndex = position
  const found = declarationPattern.exec(text)
  const version = found?.[1] ?? found?.[2]
  if (!found || version === undefined) return undefined
  const encoding = found[3] ?? found[4] ?? null
  const standalone = found[5] ?? found[6] ?? null
  return { declaration: { version, encoding, standalone }, end: declarationPattern.lastIndex }
}

const declarationPattern =
  /<\?xml\s+version\s*=\s*(?:"([^"]*)"|'([^']*)')(?:\s+encoding\s*=\s*(?:"([^"]*)"|'([^']*)'))?(?:\s+standalone\s*=\s*(?:"(yes|no)"|'(yes|no)'))?\s*\?>/y

/** A document type declaration as written. */
export interface WrittenDocumentType {
  readonly name: string
  readonly publicId: string | null
  readonly systemId: string | null
  readonly internalSubset: string | null
  readonly subsetStart: number
  readonly end: number
}

const literal = String.raw`(?:"([^"]*)"|'([^']*)')`
const startPattern = new RegExp(
  String.raw`<!DOCTYPE\s+([^\s>[]+)(?:\s+SYSTEM\s+${literal}|\s+PUBLIC\s+${literal}\s+${literal})?\s*`,
  'y',
)

/** The document type declaration at a place; undefined where it is none. https://www.w3.org/TR/xml/#NT-doctypedecl */
export function documentTypeAt(text: string, position: number): WrittenDocumentType | undefined {
  startPattern.lastIndex = position
  const found = startPattern.exec(text)
  if (!found) return undefined
  const [, name = '', system, systemSingle, publicId, publicSingle, second, secondSingle] = found
  let end = startPattern.lastIndex
  const subsetStart = end + 1
  let internalSubset: string | null = null
  if (text.charAt(end) === '[') {
    const subsetEnd = findSubsetEnd(text, subsetStart)
    if (subsetEnd === undefined) return undefined
    internalSubset = text.slice(subsetStart, subsetEnd)
    end = subsetEnd + 1
    while (isBlankCode(text.charCodeAt(end))) end += 1
  }
  if (text.charAt(end) !== '>') return undefined
  return {
    name,
    publicId: publicId ?? publicSingle ?? null,
    systemId: system ?? systemSingle ?? second ?? secondSingle ?? null,
    internalSubset,
    subsetStart,
    end: end + 1,
  }
}

// A bracket in a literal, a comment or an instruction does not end the subset.
function findSubsetEnd(text: string, start: number): number | undefined {
  let position = start
  while (position < text.length) {
    const character = text.charAt(position)
    if (character === ']') return position
    const mark = markEnds.find(([opening]) => text.startsWith(opening, position))
    if (mark === undefined) {
      position += 1
      continue
    }
    const [opening, closing] = mark
    const end = text.indexOf(closing, position + opening.length)
    if (end < 0) return undefined
    position = end + closing.length
  }
  return undefined
}

const markEnds = [
  ['"', '"'],
  ["'", "'"],
  ['<!--', '-->'],
  ['<?', '?>'],
] as const
