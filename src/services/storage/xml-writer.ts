/** XML of an answer: text that is escaped already. */
export type Xml = string

/** An element; content that is absent makes none. */
export function element(name: string, content: string | number | boolean | undefined): Xml {
  if (content === undefined) return ''
  const text = escapeXml(String(content))
  return text === '' ? `<${name} />` : `<${name}>${text}</${name}>`
}

/** An element of other elements. */
export function group(name: string, content: readonly Xml[], attributes = ''): Xml {
  const inner = content.join('')
  const open = attributes === '' ? name : `${name} ${attributes}`
  return inner === '' ? `<${open} />` : `<${open}>${inner}</${name}>`
}

/** A whole document. */
export function document(root: Xml): string {
  return `<?xml version="1.0" encoding="utf-8"?>${root}`
}

/** The name of a blob; one with characters that XML cannot hold is percent-encoded. */
export function nameElement(name: string): Xml {
  // oxlint-disable-next-line no-control-regex -- these are the characters that XML cannot hold
  return /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(name)
    ? `<Name Encoded="true">${encodeURIComponent(name)}</Name>`
    : element('Name', name)
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
