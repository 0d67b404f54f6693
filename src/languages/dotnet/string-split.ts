import { isWhiteSpaceCode } from './char.ts'
import { argumentOutOfRange } from './exceptions.ts'
import { displayText } from './format.ts'
import { checkSize, itemCountMax } from './limits.ts'
import { DotnetArray } from './value.ts'
import { countWork } from './work-limit.ts'

/** `StringSplitOptions`. */
export type StringSplitOptions = 'None' | 'RemoveEmptyEntries'

/**
 * `Split` by characters or texts; none, or null, mean white space.
 * https://learn.microsoft.com/dotnet/api/system.string.split
 */
export function split(
  text: string,
  separators: Iterable<unknown> | null,
  options: { count?: number; options?: StringSplitOptions } = {},
): DotnetArray {
  const count = options.count ?? 2_147_483_647
  if (count < 0) throw argumentOutOfRange('count', 'Count cannot be less than zero.')
  const removeEmpty = options.options === 'RemoveEmptyEntries'
  if (count === 0 || (removeEmpty && text === '')) return new DotnetArray('System.String', [])
  const found = Array.from(separators ?? [], displayText).filter((separator) => separator !== '')
  const pieces = cut(text, matcher(found, separators), { count, removeEmpty })
  return new DotnetArray('System.String', pieces)
}

/** The length of the separator at an index, or 0. */
type Matcher = (text: string, index: number) => number

function matcher(separators: readonly string[], given: Iterable<unknown> | null): Matcher {
  if (separators.length === 0 && (given === null || Array.from(given).length === 0)) {
    return (text, index) => (isWhiteSpaceCode(text.charCodeAt(index)) ? 1 : 0)
  }
  return (text, index) => {
    countWork(1 + (separators.length >> 4))
    return separators.find((separator) => text.startsWith(separator, index))?.length ?? 0
  }
}

// The last piece is all the rest: with `removeEmpty` what follows the separators that were passed over.
function cut(
  text: string,
  separatorAt: Matcher,
  { count, removeEmpty }: { count: number; removeEmpty: boolean },
): string[] {
  if (count === 1) return [text]
  const pieces: string[] = []
  let start = 0
  let index = 0
  while (index < text.length && (pieces.length < count - 1 || (removeEmpty && start === index))) {
    const length = separatorAt(text, index)
    if (length === 0) {
      if (pieces.length >= count - 1) break
      index += 1
      continue
    }
    if (!removeEmpty || index > start) pieces.push(text.slice(start, index))
    checkSize(pieces.length, itemCountMax)
    countWork()
    index += length
    start = index
  }
  const rest = text.slice(start)
  if (!removeEmpty || rest !== '') pieces.push(rest)
  return pieces
}
