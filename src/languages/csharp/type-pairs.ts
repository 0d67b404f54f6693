import type { Type } from './type-model.ts'

/** What is known of pairs of types, found once for each pair. */
export class TypePairs<Known> {
  readonly #rows = new Map<Type, Map<Type, { readonly known: Known }>>()

  find(from: Type, to: Type, compute: () => Known): Known {
    const row = this.#rows.get(from)
    const entry = row?.get(to)
    if (entry) return entry.known
    const known = compute()
    if (row) row.set(to, { known })
    else this.#rows.set(from, new Map([[to, { known }]]))
    return known
  }
}
