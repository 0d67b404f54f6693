import {
  returnName,
  type FailureHead,
  type InvokeHead,
  type PartReference,
  type WorkerLogLevel,
} from '../worker-protocol.ts'
import type { CoreApi, LoadedFunction, WriteLog } from './core-api.ts'
import type {
  InvocationModel,
  InvocationRequest,
  InvocationResponse,
  ProgrammingModel,
  UserFunction,
} from './core-types.ts'
import { fromTypedData, toMetadata, toTextMetadata, toTypedData } from './typed-data.ts'

export interface InvocationAnswer {
  readonly outputs: readonly PartReference[]
  readonly parts: readonly (string | Uint8Array)[]
  readonly failure?: FailureHead
}

/** Runs one invocation the way the real worker does: arguments, hooks around the call, response. */
export function invoke(call: {
  core: CoreApi | undefined
  writeLog: WriteLog
  head: InvokeHead
  parts: readonly Buffer[]
}): Promise<InvocationAnswer> {
  const { core, writeLog, head, parts } = call
  const loaded = core?.functions.get(head.functionId)
  const model = core?.model
  if (!core || !loaded || !model) {
    const error = new Error(`Function code for '${head.functionId}' is not loaded`)
    return Promise.resolve(failed(error))
  }
  return new Invocation({ core, loaded, model, writeLog, head, parts }).run()
}

class Invocation {
  readonly #core: CoreApi
  readonly #loaded: LoadedFunction
  readonly #model: InvocationModel
  readonly #request: InvocationRequest
  /** The library reads it to warn of log calls after the end. */
  readonly #coreContext: {
    invocationId: string
    request: InvocationRequest
    metadata: object
    state?: string
    log: unknown
  }

  constructor(options: {
    core: CoreApi
    loaded: LoadedFunction
    model: ProgrammingModel
    writeLog: WriteLog
    head: InvokeHead
    parts: readonly Buffer[]
  }) {
    const { core, head } = options
    this.#core = core
    this.#loaded = options.loaded
    this.#request = toRequest(head, options.parts)
    const log = logOf(core, options.writeLog, head)
    this.#coreContext = {
      invocationId: head.invocationId,
      request: this.#request,
      metadata: options.loaded.metadata,
      log: log.write,
    }
    this.#model = options.model.getInvocationModel(this.#coreContext)
    this.#logContext = log
  }

  readonly #logContext: { context?: unknown }

  // One asynchronous step around the library's three: each more costs a part of every call.
  async run(): Promise<InvocationAnswer> {
    try {
      const { context, inputs } = await this.#model.getArguments()
      this.#logContext.context = context
      const outcome = this.#core.hooks.surroundInvocations
        ? await this.#callWithHooks(context, inputs)
        : await this.#call(context, inputs, this.#loaded.callback)
      return toAnswer(await this.#model.getResponse(context, outcome))
    } catch (error) {
      return failed(error)
    }
  }

  #call(context: unknown, inputs: unknown[], callback: UserFunction): Promise<unknown> {
    this.#coreContext.state = 'invocation'
    return this.#model.invokeFunction(context, inputs, callback)
  }

  async #callWithHooks(context: unknown, inputs: unknown[]): Promise<unknown> {
    const hooks = this.#core.hooks
    const fixed = fixedProperties({
      invocationContext: context,
      hookData: {},
      appHookData: hooks.appHookData,
    })
    const before = Object.defineProperties(
      { functionCallback: this.#loaded.callback, inputs },
      fixed,
    )
    this.#coreContext.state = 'preInvocationHooks'
    await hooks.run('preInvocation', before)
    let result: unknown = null
    let error: unknown = null
    try {
      result = await this.#call(context, before.inputs, before.functionCallback)
    } catch (thrown) {
      error = thrown
    }
    const after = Object.defineProperties({ inputs: before.inputs, result, error }, fixed)
    this.#coreContext.state = 'postInvocationHooks'
    await hooks.run('postInvocation', after)
    if (after.error !== null && after.error !== undefined) throw after.error
    return after.result
  }
}

function toAnswer(response: InvocationResponse): InvocationAnswer {
  const parts: (string | Uint8Array)[] = []
  const outputs: PartReference[] = []
  const returned = fromTypedData(returnName, response.returnValue, parts)
  if (returned) outputs.push(returned)
  for (const { name, data } of response.outputData ?? []) {
    const output = fromTypedData(name, data, parts)
    if (output) outputs.push(output)
  }
  return { outputs, parts }
}

// Assigning one of these throws "Cannot assign to read only property", as in the real worker.
function fixedProperties(values: Record<string, unknown>): PropertyDescriptorMap {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { value, enumerable: true, writable: false },
    ]),
  )
}

function toRequest(head: InvokeHead, parts: readonly Buffer[]): InvocationRequest {
  const isHttp = head.inputs[0]?.kind === 'http'
  return {
    invocationId: head.invocationId,
    functionId: head.functionId,
    inputData: head.inputs.map((input) => ({ name: input.name, data: toTypedData(input, parts) })),
    triggerMetadata: isHttp ? toTextMetadata(head.metadata) : toMetadata(head.metadata),
    traceContext: { traceParent: head.traceparent },
    retryContext: head.retry && toRetryContext(head.retry),
  }
}

function toRetryContext(
  retry: NonNullable<InvokeHead['retry']>,
): NonNullable<InvocationRequest['retryContext']> {
  const { retryCount, maxRetryCount, message } = retry
  return message === undefined
    ? { retryCount, maxRetryCount }
    : { retryCount, maxRetryCount, exception: { message } }
}

function logOf(
  core: CoreApi,
  writeLog: WriteLog,
  head: InvokeHead,
): { context?: unknown; write: unknown } {
  const log: { context?: unknown; write: unknown } = { write }
  function write(level: WorkerLogLevel, category: string, message: string): void {
    if (!core.hooks.has('log')) return writeLog({ call: head.call, level, category, message })
    const context = Object.defineProperties(
      { level, message, category },
      fixedProperties({
        invocationContext: log.context,
        hookData: {},
        appHookData: core.hooks.appHookData,
      }),
    )
    core.hooks.runLog(context)
    writeLog({ call: head.call, level: context.level, category, message: context.message })
  }
  return log
}

function failed(error: unknown): InvocationAnswer {
  const failure: FailureHead =
    error instanceof Error
      ? { message: error.message, type: error.name, stack: error.stack ?? '' }
      : { message: String(error), type: typeof error, stack: '' }
  return { outputs: [], parts: [], failure }
}
