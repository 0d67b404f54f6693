import { readFileSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import { SourceError, type SourcePosition } from '../base/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.ts'

/** A YAML file of the user, with the place of each of its values. */
export class YamlFile {
  readonly #file: string
  readonly #lines = new LineCounter()
  readonly #document
  readonly #content: JsonValue

  constructor(file: string) {
    this.#file = file
    // Without the parser's own pretty errors, which repeat the position in the message.
    const options = { lineCounter: this.#lines, prettyErrors: false }
    this.#document = parseDocument(readFileSync(file, 'utf8'), options)
    const [error] = this.#document.errors
    if (error) {
      const { line, col } = this.#lines.linePos(error.pos[0])
      throw new SourceError('YamlInvalid', error.message, { file, line, column: col })
    }
    this.#content = this.#document.toJS()
  }

  value(path: readonly string[]): JsonValue | undefined {
    let value: JsonValue | undefined = this.#content
    for (const name of path) value = isJsonObject(value) ? value[name] : undefined
    return value
  }

  /** The mapping at a path, empty when there is none; anything else is a fault. */
  object(path: readonly string[]): JsonObject {
    const value = this.value(path)
    if (value === undefined || value === null) return {}
    if (!isJsonObject(value)) throw this.fault(path, `expected a mapping at '${path.join('.')}'`)
    return value
  }

  /** A fault at the value, or at the nearest mapping around it that exists. */
  fault(path: readonly string[], message: string): SourceError {
    return new SourceError('AzdProjectInvalid', message, this.positionOf(path))
  }

  /** Where the value stands, or the nearest mapping around it that exists. */
  positionOf(path: readonly string[]): SourcePosition {
    for (let depth = path.length; depth > 0; depth--) {
      const node: unknown = this.#document.getIn(path.slice(0, depth), true)
      const range: unknown = isJsonObject(node) ? node['range'] : undefined
      const start: unknown = Array.isArray(range) ? range[0] : undefined
      if (typeof start === 'number') {
        const { line, col } = this.#lines.linePos(start)
        return { file: this.#file, line, column: col }
      }
    }
    return { file: this.#file, line: 1, column: 1 }
  }
}
