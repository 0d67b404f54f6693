const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** The text with XML's own entities resolved; any other `&` stays, as raw C# has `&&`. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g,
    (whole, decimal, hex, name) => {
      if (typeof name === 'string') return named[name] ?? whole
      const code =
        typeof decimal === 'string'
          ? Number.parseInt(decimal, 10)
          : Number.parseInt(String(hex), 16)
      return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole
    },
  )
}

/** What `&name;` stands for without any declaration: a character, or one of XML's own five entities. */
export function plainReference(name: string): string | undefined {
  if (!name.startsWith('#')) return Object.hasOwn(named, name) ? named[name] : undefined
  return /^#(?:x[\da-fA-F]+|\d+)$/.test(name) ? characterOf(name.slice(1)) : undefined
}

/** The character of a reference, given as `65` or `x41`; undefined for none that XML allows. */
export function characterOf(digits: string): string | undefined {
  const code = digits.startsWith('x') ? Number.parseInt(digits.slice(1), 16) : Number(digits)
  const allowed =
    code === 0x09 ||
    code === 0x0a ||
    code === 0x0d ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x1_00_00 && code <= 0x10_ff_ff)
  return allowed ? String.fromCodePoint(code) : undefined
}
