import { SourceError, positionAt, type SourcePosition } from '../../base/errors.ts'
import type { XmlNode } from '../xml/xml-tree.ts'
import { delimiterLengthMax, fieldLengthMax } from './limits.ts'

const biztalk = 'http://schemas.microsoft.com/BizTalk/2003'

/** Where a schema is read from, for the places of faults. */
export interface SchemaSource {
  readonly text: string
  readonly name: string
}

/** The attributes of `b:schemaInfo`, `b:recordInfo` or `b:fieldInfo` of one declaration. */
export class Annotation {
  readonly #values: ReadonlyMap<string, string>
  readonly #at: SourcePosition

  constructor(values: ReadonlyMap<string, string>, at: SourcePosition) {
    this.#values = values
    this.#at = at
  }

  text(name: string): string | undefined {
    return this.#values.get(name)
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#values.get(name)?.trim().toLowerCase()
    if (value === undefined || value === '') return otherwise
    if (value === 'true' || value === 'yes' || value === '1') return true
    if (value === 'false' || value === 'no' || value === '0') return false
    throw this.invalid(`'${name}' must be 'true' or 'false', not '${value}'.`)
  }

  count(name: string): number {
    const value = this.#values.get(name)?.trim() ?? ''
    if (value === '') return 0
    if (/^\d{1,9}$/.test(value) && Number(value) <= fieldLengthMax) return Number(value)
    throw this.invalid(`'${name}' must be a whole number up to ${fieldLengthMax}, not '${value}'.`)
  }

  choice<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.#values.get(name)?.trim().toLowerCase() ?? ''
    if (value === '') return undefined
    const found = values.find((each) => each === value)
    if (found !== undefined) return found
    throw this.invalid(`'${name}' must be one of ${values.join(', ')}, not '${value}'.`)
  }

  /** The characters of `x` as `x_type` says they are written; `standard` for the type `default`. */
  characters(name: string, standard: string | undefined): string | undefined {
    const type = this.choice(`${name}_type`, ['char', 'hex', 'default', 'none'])
    const value = this.#values.get(name)
    if (type === 'none') return ''
    if (type === 'default') {
      if (standard !== undefined) return standard
      throw this.invalid(`'${name}_type' asks for a default that 'schemaInfo' does not give.`)
    }
    return value === undefined ? undefined : this.written(name, value, type)
  }

  /** Characters as they are, or as hexadecimal codes: `0x0D 0x0A`. */
  written(name: string, value: string, type: string | undefined): string {
    const isHex = type === 'hex' || (type === undefined && /^\s*(?:0x[\da-f]+\s*)+$/i.test(value))
    if (isHex && !/^\s*(?:0x[\da-f]{1,4}[\s,]*)*$/i.test(value)) {
      throw this.invalid(`'${name}' must be hexadecimal codes such as '0x0D 0x0A', not '${value}'.`)
    }
    const characters = isHex
      ? [...value.matchAll(/0x([\da-f]+)/gi)]
          .map(([, code = '']) => String.fromCharCode(Number.parseInt(code, 16)))
          .join('')
      : value
    if (characters.length <= delimiterLengthMax) return characters
    throw this.invalid(`'${name}' is longer than ${delimiterLengthMax} characters.`)
  }

  /** Refuses what this reader does not know: it could change what is read. */
  allow(known: ReadonlySet<string>): this {
    for (const name of this.#values.keys()) {
      if (!known.has(name)) throw this.unsupported(`'${name}' is not supported.`)
    }
    return this
  }

  invalid(message: string): SourceError {
    return new SourceError('InvalidFlatFileSchema', message, this.#at)
  }

  unsupported(message: string): SourceError {
    return new SourceError('UnsupportedFlatFileSchema', message, this.#at)
  }
}

/** The annotation of a declaration by the name of its element; one without attributes where it is missing. */
export function annotationOf(node: XmlNode, local: string, source: SchemaSource): Annotation {
  const found = elementsOf(node)
    .filter(({ name }) => name.local === 'annotation')
    .flatMap(elementsOf)
    .filter(({ name }) => name.local === 'appinfo')
    .flatMap(elementsOf)
    .find(({ name }) => name.local === local && name.uri === biztalk)
  const values = found?.attributes
    .filter(({ name }) => name.uri === '')
    .map(({ name, value }): [string, string] => [name.local, value])
  return new Annotation(new Map(values), placeOf(found ?? node, source))
}

export function placeOf(node: XmlNode, { text, name }: SchemaSource): SourcePosition {
  return positionAt(text, node.offset, name)
}

/** The elements directly inside a node. */
export function elementsOf(node: XmlNode): XmlNode[] {
  return node.children.filter(({ kind }) => kind === 'element')
}
