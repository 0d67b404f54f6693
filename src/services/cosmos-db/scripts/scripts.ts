// Nothing survives a crash: what a script did is committed when it is over, or not at all.
import type { QuickJSWASMModule } from 'quickjs-emscripten-core'
import { isJsonObject, stringMember, type JsonObject, type JsonValue } from '../../../base/json.ts'
import type { Container } from '../container.ts'
import type { TraceContext } from '../../../base/trace-context.ts'
import { notFound, retryWith, scriptFailed, scriptTimedOut } from '../errors.ts'
import type { DraftVersions } from '../item-drafts.ts'
import { beginItemSpan, type ItemSpan } from '../item-span.ts'
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
      readonly trace?: TraceContext
    },
  ): Promise<ScriptResult> {
    const { id, partition, parameters, trace } = asked
    const source = sourceOf(await container.scripts('sprocs').get(id))
    const work = { operation: `execute ${id}`, partition, trace }
    return inTransaction(container, work, (transaction) =>
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
  asked: {
    /** What its span is called. */
    readonly operation: string
    readonly partition: string
    readonly trace?: TraceContext | undefined
  },
  work: (transaction: ScriptTransaction) => Promise<T>,
): Promise<{ readonly result: T; readonly versions: DraftVersions }> {
  const { operation, partition, trace: parent } = asked
  const span = beginItemSpan({ ...container.scope, operation, parent })
  try {
    const done = await attempted(container, { partition, span }, work)
    span.succeed(JSON.stringify([...done.versions.keys()]))
    return done
  } catch (error) {
    span.fail(error)
    throw error
  }
}

async function attempted<T>(
  container: Container,
  { partition, span }: { readonly partition: string; readonly span: ItemSpan },
  work: (transaction: ScriptTransaction) => Promise<T>,
): Promise<{ readonly result: T; readonly versions: DraftVersions }> {
  for (let attempt = 0; attempt < scriptAttemptsMax; attempt += 1) {
    const transaction = new ScriptTransaction(container, partition, span)
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
