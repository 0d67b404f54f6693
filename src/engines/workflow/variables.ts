import { type Value, isArray } from '../../languages/workflow-expression/value.ts'

/** A change of a variable, as the run log keeps it: an append keeps only what was added. */
export interface VariableChange {
  readonly name: string
  readonly kind: 'initialize' | 'set' | 'appendToArray' | 'appendToString'
  readonly value: Value
  /** The declared type; only with `initialize`. */
  readonly type?: string
}

interface Variable {
  readonly name: string
  readonly type: string
  value: Value
  /** The list that is the value while nobody has read it: appending in a loop must not copy each time. */
  list?: Value[]
  isShared: boolean
}

/** The variables of a run: one set for the whole run, so that parallel branches and iterations race for them. */
export class Variables {
  readonly #variables = new Map<string, Variable>()

  get size(): number {
    return this.#variables.size
  }

  has(name: string): boolean {
    return this.#variables.has(name.toLowerCase())
  }

  typeOf(name: string): string | undefined {
    return this.#variables.get(name.toLowerCase())?.type
  }

  /** The value; what was read is never changed afterwards. */
  get(name: string): Value | undefined {
    const variable = this.#variables.get(name.toLowerCase())
    if (!variable) return undefined
    variable.isShared = true
    return variable.value
  }

  /** The value for a look at its type only. */
  peek(name: string): Value | undefined {
    return this.#variables.get(name.toLowerCase())?.value
  }

  names(): string[] {
    return [...this.#variables.values()].map(({ name }) => name)
  }

  apply(change: VariableChange): void {
    const key = change.name.toLowerCase()
    if (change.kind === 'initialize') {
      const { name, type = 'Object', value } = change
      this.#variables.set(key, { name, type, value, isShared: true })
      return
    }
    const variable = this.#variables.get(key)
    if (!variable) return
    if (change.kind === 'appendToArray') {
      // Values that somebody read stay as they are: only a list that nobody has seen grows in place.
      if (!variable.list || variable.isShared) {
        variable.list = isArray(variable.value) ? [...variable.value] : []
      }
      variable.list.push(change.value)
      variable.value = variable.list
      variable.isShared = false
    } else if (change.kind === 'appendToString') {
      variable.value = `${text(variable.value)}${text(change.value)}`
    } else {
      variable.value = change.value
      variable.isShared = true
    }
  }
}

function text(value: Value): string {
  return typeof value === 'string' ? value : ''
}
