import type { BindingContext } from '../../services/functions/extension.ts'

/** Reads the properties of one binding; what is missing or of a wrong type is named with its function. */
export class BindingReader {
  readonly #context: BindingContext

  constructor(context: BindingContext) {
    this.#context = context
  }

  string(name: string): string | undefined {
    const value = this.#context.binding[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string') throw this.fault(name, 'expected text')
    return value
  }

  required(name: string): string {
    const value = this.string(name)
    if (value === undefined || value === '') throw this.fault(name, 'expected a value')
    return value
  }

  number(name: string): number | undefined {
    const value = this.#context.binding[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number') throw this.fault(name, 'expected a number')
    return value
  }

  boolean(name: string): boolean | undefined {
    const value = this.#context.binding[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'boolean') throw this.fault(name, 'expected true or false')
    return value
  }

  fault(name: string, expected: string): Error {
    const { functionName, binding } = this.#context
    const type = typeof binding['type'] === 'string' ? binding['type'] : 'binding'
    return new Error(`Function '${functionName}', ${type} '${name}': ${expected}.`)
  }
}
