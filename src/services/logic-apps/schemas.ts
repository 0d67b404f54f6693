import type { Outcome } from '../../engines/workflow/action-call.ts'
import { SourceError } from '../../base/errors.ts'
import { readFlatFileSchema } from '../../languages/flat-file/read-schema.ts'
import type { Artifacts } from './artifacts.ts'
import { failed } from './outcomes.ts'
import type { TransformPool } from './transform-pool.ts'
import type { TransformResult } from './transform-request.ts'

/** One piece of work by a schema that an action asks for. */
interface SchemaCall {
  readonly kind: 'decode' | 'encode' | 'validate'
  readonly schema: string
  readonly input: string
  readonly signal: AbortSignal
}

/** The XML schemas of an app. */
export class Schemas {
  readonly #artifacts: Artifacts
  readonly #pool: TransformPool

  constructor(artifacts: Artifacts, pool: TransformPool) {
    this.#artifacts = artifacts
    this.#pool = pool
  }

  /** Why flat files cannot be read by a schema that is there; `undefined` for one by which they can. */
  flatFileProblem(schema: string): string | undefined {
    try {
      readFlatFileSchema(
        this.#artifacts.read('Schemas', schema) ?? '',
        `Artifacts/Schemas/${schema}`,
      )
      return undefined
    } catch (error) {
      if (error instanceof SourceError) return error.message
      throw error
    }
  }

  /** `outcome` says what comes of a result; a fault is a failure with its code. */
  async run(call: SchemaCall, outcome: (result: TransformResult) => Outcome): Promise<Outcome> {
    const { kind, schema: name, input, signal } = call
    const { dir, version } = this.#artifacts
    const answer = await this.#pool.run({ kind, dir, version, name, input }, signal)
    return 'error' in answer ? failed(answer.code, answer.error) : outcome(answer)
  }
}
