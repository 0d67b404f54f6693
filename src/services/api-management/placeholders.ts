/** A text with `{{name}}` in it, taken apart. */
export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string }

const placeholder = /\{\{\s*([\w.-]{1,256})\s*\}\}/g

/** The named values that a text reads. https://learn.microsoft.com/azure/api-management/api-management-howto-properties */
export function namesIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(placeholder)].map(([, name = '']) => name))
}

/** Takes a text apart at its placeholders. */
export function splitPlaceholders(text: string): readonly TextPart[] {
  const parts: TextPart[] = []
  let from = 0
  for (const match of text.matchAll(placeholder)) {
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) })
    parts.push({ kind: 'name', name: match[1] ?? '' })
    from = match.index + match[0].length
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) })
  return parts
}

/** Puts values in place of placeholders, once: what a value contains is not looked at again. */
export function replacePlaceholders(
  text: string,
  valueOf: (name: string) => string | undefined,
): string {
  return text.replaceAll(placeholder, (whole, name: string) => valueOf(name) ?? whole)
}
