import type { Row } from './compilation.ts'
import type { Value } from './values.ts'

/** One member of FROM, compiled: which values its alias takes, given those of the members before it. */
export interface CompiledSource {
  readonly slot: number
  readonly values: (row: Row) => readonly Value[]
}

/** Steps through every combination of the values of FROM's members, writing each into the row. */
export class RowCursor {
  readonly #sources: readonly CompiledSource[]
  readonly #row: Row
  readonly #lists: (readonly Value[])[] = []
  readonly #positions: number[] = []
  #depth = -1
  #isFresh = true

  constructor(sources: readonly CompiledSource[], row: Row) {
    this.#sources = sources
    this.#row = row
  }

  /** Begins again; call it when what the sources depend on has changed. */
  restart(): void {
    this.#isFresh = true
  }

  /** Writes the next combination into the row; false when there is none. */
  next(): boolean {
    const last = this.#sources.length - 1
    if (this.#isFresh) {
      this.#isFresh = false
      // Without FROM there is exactly one row, and nothing to write into it.
      if (last < 0) return true
      this.#open(0)
    }
    while (this.#depth >= 0) {
      if (!this.#advance()) this.#depth -= 1
      else if (this.#depth === last) return true
      else this.#open(this.#depth + 1)
    }
    return false
  }

  #open(depth: number): void {
    this.#depth = depth
    this.#lists[depth] = this.#sources[depth]?.values(this.#row) ?? []
    this.#positions[depth] = 0
  }

  #advance(): boolean {
    const depth = this.#depth
    const list = this.#lists[depth] ?? []
    const position = this.#positions[depth] ?? 0
    const source = this.#sources[depth]
    if (!source || position >= list.length) return false
    this.#positions[depth] = position + 1
    this.#row[source.slot] = list[position]
    return true
  }
}
