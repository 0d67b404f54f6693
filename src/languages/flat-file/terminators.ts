/** The delimiters that can end a field at one place: those of its record and of all records around that. */
export class Terminators {
  readonly texts: readonly string[]
  readonly #inner = new Map<string, Terminators>()

  constructor(texts: readonly string[]) {
    this.texts = texts
  }

  with(delimiter: string): Terminators {
    if (delimiter === '' || this.texts.includes(delimiter)) return this
    const known = this.#inner.get(delimiter)
    if (known) return known
    const inner = new Terminators([delimiter, ...this.texts])
    this.#inner.set(delimiter, inner)
    return inner
  }

  /** The delimiter at a place, the longest one; empty where there is none. */
  at(text: string, offset: number): string {
    let found = ''
    for (const each of this.texts) {
      if (each.length > found.length && text.startsWith(each, offset)) found = each
    }
    return found
  }
}

/** Finds texts in one large text again and again: a text that comes late, or never, is looked for only once. */
export class Finder {
  readonly #text: string
  readonly #found = new Map<string, { from: number; at: number }>()

  constructor(text: string) {
    this.#text = text
  }

  /** The first place of any of the texts, or the end. */
  next({ texts }: Terminators, from: number): number {
    let first = this.#text.length
    for (const each of texts) first = Math.min(first, this.#one(each, from))
    return first
  }

  #one(wanted: string, from: number): number {
    const known = this.#found.get(wanted)
    if (known && known.from <= from && from <= known.at) return known.at
    const index = this.#text.indexOf(wanted, from)
    const at = index < 0 ? this.#text.length : index
    this.#found.set(wanted, { from, at })
    return at
  }
}
