import type { Entity } from './entity-tree.ts'
import { displayNameOf, isSecret, valueOf } from './named-value.ts'

interface NamedValue {
  readonly id: string
  readonly isSecret: boolean
  readonly value: string
}

/** The named values of a service as policies read them: at each call, by display name. */
export class NamedValues {
  readonly #byName = new Map<string, NamedValue>()

  find(displayName: string): string | undefined {
    return this.#byName.get(displayName)?.value
  }

  /** The id of the entity, which the management REST calls it by. */
  idOf(displayName: string): string {
    return this.#byName.get(displayName)?.id ?? displayName
  }

  /** The values that must not be told. */
  secretValues(): readonly string[] {
    return [...this.#byName.values()].flatMap((each) => (each.isSecret ? [each.value] : []))
  }

  /** Takes over what is now defined. */
  adopt(entities: readonly Entity[]): void {
    this.#byName.clear()
    for (const entity of entities) {
      const id = entity.names[0] ?? ''
      const value = valueOf(entity)
      if (value === undefined) continue
      this.#byName.set(displayNameOf(entity), { id, value, isSecret: isSecret(entity) })
    }
  }
}
