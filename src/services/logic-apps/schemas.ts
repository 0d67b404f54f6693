import type { Outcome } from '../../engines/workflow/action-call.ts'
import { SourceError } from '../../base/errors.ts'
import { readFlatFileSchema } from '../../languages/flat-file/read-schema.ts'
import type { Artifacts } from './artifacts.ts'
import { failed } from './outcomes.ts'
import { readXmlSchema, SchemaNotSupported } from './xsd-schema.ts'
import type { TransformPool } from './transform-pool.ts'
import type { SchemaOptions, TransformResult } from './transform-request.ts'

export type SchemaUse = 'flat file' | 'xml'

/** One piece of work by a schema that an action asks for. */
interface SchemaCall {
  readonly kind: 'decode' | 'encode' | 'parse' | 'compose' | 'validate'
  readonly schema: string
  readonly input: string
  readonly signal: AbortSignal
  readonly options?: SchemaOptions
}

/** The XML schemas of an app. */
export class Schemas {
  readonly #artifacts: Artifacts
  readonly #pool: TransformPool

  constructor(artifacts: Artifacts, pool: TransformPool) {
    this.#artifacts = artifacts
    this.#pool = pool
  }

  /** Why a schema that is there cannot be used here for flat files or for XML; `undefined` for one that can. */
  problem(use: SchemaUse, schema: string): string | undefined {
    const text = this.#artifacts.read('Schemas', schema) ?? ''
    const name = `Artifacts/Schemas/${schema}`
    try {
      if (use === 'flat file') readFlatFileSchema(text, name)
      else readXmlSchema(text)
      return undefined
    } catch (error) {
      if (error instanceof SchemaNotSupported) return `${name}: ${error.message}`
      if (error instanceof SourceError) return error.message
      throw error
    }
  }

  /** `outcome` says what comes of a result; a fault is a failure with its code. */
  async run(call: SchemaCall, outcome: (result: TransformResult) => Outcome): Promise<Outcome> {
    const { kind, schema: name, input, signal, options = {} } = call
    const { dir, version } = this.#artifacts
    const answer = await this.#pool.run({ kind, dir, version, name, input, options }, signal)
    return 'error' in answer ? failed(answer.code, answer.error) : outcome(answer)
  }
}
