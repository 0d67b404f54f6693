const placeholder = /\{\{\s*[\w.-]{1,256}\s*\}\}/g

/** Makes a text of a length that stands for a named value whose content only the gateway knows. */
type StandIn = (length: number) => string

// A number, a text and a condition: one of them fits wherever a value can stand, and all of them inside a text.
const standIns: readonly StandIn[] = [
  (length) => '0'.padEnd(length),
  (length) => `"${'x'.repeat(length - 2)}"`,
  (length) => 'true'.padEnd(length),
]

// With more named values than this all of them are given the same kind of content.
const combinedMax = 3

/** True for an expression that reads a named value. */
export function readsNamedValue(code: string): boolean {
  return code.search(placeholder) >= 0
}

/**
 * The expression with other content for its named values, each as long as what it stands for, so that everything
 * behind stays at its place.
 * https://learn.microsoft.com/azure/api-management/api-management-howto-properties
 */
export function* withStandIns(code: string): Generator<string> {
  const count = code.match(placeholder)?.length ?? 0
  const kinds = count <= combinedMax ? standIns.length ** count : standIns.length
  for (let choice = 0; choice < kinds; choice += 1) {
    let left = choice
    yield code.replaceAll(placeholder, (whole) => {
      const standIn = standIns[left % standIns.length]
      if (count <= combinedMax) left = Math.floor(left / standIns.length)
      return standIn?.(whole.length) ?? whole
    })
  }
}
