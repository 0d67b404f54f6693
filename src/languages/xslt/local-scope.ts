/** A variable of a template: where its value is kept. */
export interface LocalVariable {
  readonly slot: number
  /** Its value is a result tree fragment. */
  readonly isFragment: boolean
  /** Its value is a node-set that paths may enter. */
  readonly isNodes: boolean
}

/** The variables that can be seen at a place of a template; each has a place in the template's frame. */
export class LocalScope {
  readonly #outer: LocalScope | undefined
  readonly #variables = new Map<string, LocalVariable>()
  readonly #counter: { slots: number }

  constructor(outer?: LocalScope) {
    this.#outer = outer
    this.#counter = outer === undefined ? { slots: 0 } : outer.#counter
  }

  /** Adds a variable; undefined when the template already has one of this name in sight. */
  declare(
    key: string,
    type: { isFragment?: boolean; isNodes?: boolean },
  ): LocalVariable | undefined {
    if (this.find(key) !== undefined) return undefined
    const slot = this.#counter.slots++
    const variable = {
      slot,
      isFragment: type.isFragment ?? false,
      isNodes: type.isNodes ?? false,
    }
    this.#variables.set(key, variable)
    return variable
  }

  find(key: string): LocalVariable | undefined {
    return this.#variables.get(key) ?? this.#outer?.find(key)
  }
}
