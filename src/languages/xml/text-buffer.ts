/** Characters after which a piece is made flat. */
const pieceLength = 16 * 1024

/**
 * A long text that is made of many short ones. Joining strings is cheap in V8, but each join stays alive until the whole is
 * read; reading every piece early lets the joins be collected while they are young.
 */
export class TextBuffer {
  readonly #pieces: string[] = []
  #text = ''

  add(text: string): void {
    this.#text += text
    if (this.#text.length > pieceLength) this.#flatten()
  }

  toString(): string {
    return this.#pieces.length === 0 ? this.#text : this.#pieces.join('') + this.#text
  }

  #flatten(): void {
    // Reading a character makes one flat string of the joined ones.
    this.#text.charCodeAt(0)
    this.#pieces.push(this.#text)
    this.#text = ''
  }
}
