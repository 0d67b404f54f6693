// Nothing survives a crash: what a script did is committed when it is over, or not at all.
import type { QuickJSWASMModule } from 'quickjs-emscripten-core'
import { isJsonObject, stringMember, type JsonObject, type JsonValue } from '../../../base/json.ts'
import type { Container } from '../container.ts'
import { notFound, retryWith, scriptFailed, scriptTimedOut } from '../errors.ts'
import type { DraftVersions } from '../item-drafts.ts'
import { scriptAttemptsMax } from '../limits.ts'
import { openEngine } from './script-engine.ts'
import type { ScriptProgram } from './script-messages.ts'
import { ScriptThread, type ScriptEnd } from './script-thread.ts'
import { ScriptTransaction } from './script-transaction.ts'

/** What a script leaves behind. */
export type ScriptResult = Extract<ScriptEnd, { kind: 'done' }>

/** Runs the JavaScript of containers: https://learn.microsoft.com/azure/cosmos-db/nosql/stored-procedures-triggers-udfs */
export class Scripts {
  readonly #thread = new ScriptThread()
  #engine: Promise<QuickJSWASMModule> | undefined

  /** The engine of this thread, for functions that queries call. */
  engine(): Promise<QuickJSWASMModule> {
    this.#engine ??= openEngine()
    return this.#engine
  }

  stop(): Promise<void> {
    return this.#thread.stop()
  }

  /** Runs a stored procedure in one partition; what it changed is durable when this resolves. */
  async executeProcedure(
    container: Container,
    asked: {
      readonly id: string
      readonly partition: string
      readonly parameters: readonly JsonValue[]
    },
  ): Promise<ScriptResult> {
    const { id, partition, parameters } = asked
    const source = sourceOf(await container.scripts('sprocs').get(id))
    return inTransaction(container, partition, (transaction) =>
      this.run(container, transaction, { source, parameters, operation: 'Execute' }),
    ).then(({ result }) => result)
  }

  /** Runs one script as a part of a transaction. */
  async run(
    container: Container,
    transaction: ScriptTransaction,
    script: {
      readonly source: string
      readonly operation: string
      readonly parameters?: readonly JsonValue[]
      readonly request?: JsonValue
      readonly response?: JsonValue
    },
  ): Promise<ScriptResult> {
    const { source, operation, parameters = [], request = null, response = '' } = script
    const { selfLink, link: altLink } = container
    const context = { operation, request, response, selfLink, altLink }
    const program: ScriptProgram = { source, parameters, context }
    const end = await this.#thread.run(program, (calls) => transaction.execute(calls))
    if (end.kind === 'done') return end
    throw end.fault === 'timeout' ? scriptTimedOut() : scriptFailed(end.message)
  }
}

/** Works on drafts and writes them; begins again when another writer came first. */
export async function inTransaction<T>(
  container: Container,
  partition: string,
  work: (transaction: ScriptTransaction) => Promise<T>,
): Promise<{ readonly result: T; readonly versions: DraftVersions }> {
  for (let attempt = 0; attempt < scriptAttemptsMax; attempt += 1) {
    const transaction = new ScriptTransaction(container, partition)
    const result = await work(transaction)
    const versions = await transaction.commit()
    if (versions) return { result, versions }
  }
  throw retryWith()
}

/** The source of a script as it is kept. */
export function sourceOf(script: JsonObject): string {
  if (!isJsonObject(script)) throw notFound()
  return stringMember(script, 'body') ?? ''
}
