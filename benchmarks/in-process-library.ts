import Module, { createRequire } from 'node:module'
import { join } from 'node:path'
import type { JsonObject } from '../src/base/json.ts'
import { hostVersion } from '../src/services/functions/host-version.ts'
import { CoreApi } from '../src/services/functions/worker/core-api.ts'
import type {
  InvocationRequest,
  RpcTypedData,
} from '../src/services/functions/worker/core-types.ts'
import { Hooks } from '../src/services/functions/worker/hooks.ts'

/** The library of an app called in this process, by its own four steps and nothing else: the floor of a worker. */
export class InProcessLibrary {
  readonly #core = new CoreApi({ hooks: new Hooks(), writeLog: () => {}, hostVersion })

  constructor(appDir: string, entry: string) {
    const original: (this: unknown, id: string) => unknown = Object(Module.prototype).require
    const core = this.#core.exports
    Object.defineProperty(Module.prototype, 'require', {
      configurable: true,
      writable: true,
      value: function require(this: NodeJS.Module, id: string): unknown {
        return id === '@azure/functions-core' ? core : original.call(this, id)
      },
    })
    createRequire(join(appDir, 'package.json'))(entry)
    Object.defineProperty(Module.prototype, 'require', { value: original })
  }

  /** Microseconds of CPU of one invocation, the mean of many. */
  async cpuOf(call: {
    functionName: string
    inputName: string
    message: string
    metadata: JsonObject
    count: number
    /** As many run at a time as in the worker. */
    concurrency: number
  }): Promise<number> {
    const before = process.cpuUsage()
    let started = 0
    const caller = async (): Promise<void> => {
      while (started < call.count) await this.#invoke(call, String(started++))
    }
    await Promise.all(Array.from({ length: call.concurrency }, caller))
    const { user, system } = process.cpuUsage(before)
    return (user + system) / call.count
  }

  async #invoke(
    call: { functionName: string; inputName: string; message: string; metadata: JsonObject },
    invocationId: string,
  ): Promise<void> {
    const loaded = this.#core.functions.get(call.functionName)
    const model = this.#core.model
    if (!loaded || !model) throw new Error(`there is no function '${call.functionName}'`)
    const request: InvocationRequest = {
      invocationId,
      functionId: call.functionName,
      inputData: [{ name: call.inputName, data: { string: call.message } }],
      triggerMetadata: jsonOf(call.metadata),
      traceContext: { traceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    }
    const invocation = model.getInvocationModel({
      invocationId,
      request,
      metadata: loaded.metadata,
      log() {},
    })
    const { context, inputs } = await invocation.getArguments()
    const result = await invocation.invokeFunction(context, inputs, loaded.callback)
    await invocation.getResponse(context, result)
  }
}

function jsonOf(metadata: JsonObject): Record<string, RpcTypedData> {
  const typed: Record<string, RpcTypedData> = {}
  for (const name in metadata) typed[name] = { json: JSON.stringify(metadata[name]) }
  return typed
}
