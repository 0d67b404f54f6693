// Nothing survives a crash: functions are made for one query and go with it.
import type { QuickJSContext, QuickJSWASMModule } from 'quickjs-emscripten-core'
import { stringMember, tryParseJson, type JsonObject, type JsonValue } from '../../../base/json.ts'
import { badRequest } from '../errors.ts'
import {
  functionCallMs,
  functionMemoryBytesMax,
  functionQueryMs,
  scriptStackBytesMax,
} from '../limits.ts'
import { evaluate, ScriptFault } from './script-engine.ts'
import { functionSource } from './script-prelude.ts'

/** The user-defined functions of a container, ready for one query. */
export interface UserFunctions {
  readonly functions: Readonly<
    Record<string, (...values: (JsonValue | undefined)[]) => JsonValue | undefined>
  >
  dispose(): void
}

/** True for a query that calls functions of its container. */
export function callsFunctions(text: string): boolean {
  return /\budf\s*\./.test(text)
}

/**
 * Functions run where the query runs, so each call is short of time and of memory.
 * https://learn.microsoft.com/azure/cosmos-db/nosql/query/udfs
 */
export function openFunctions(
  engine: QuickJSWASMModule,
  scripts: readonly JsonObject[],
): UserFunctions {
  const runtime = engine.newRuntime()
  runtime.setMemoryLimit(functionMemoryBytesMax)
  runtime.setMaxStackSize(scriptStackBytesMax)
  const budget = new TimeBudget()
  runtime.setInterruptHandler(() => budget.isSpent)
  const vm = runtime.newContext()
  budget.measure(() => evaluate(vm, callSource))
  const functions: Record<string, (...values: (JsonValue | undefined)[]) => JsonValue | undefined> =
    {}
  for (const script of scripts) {
    const name = stringMember(script, 'id') ?? ''
    const source = functionSource(stringMember(script, 'body') ?? '')
    functions[name] = (...values) => call(vm, budget, { name, source, values })
  }
  return {
    functions,
    dispose: () => {
      vm.dispose()
      runtime.dispose()
    },
  }
}

// What JSON has no word for is left out of its one-element list.
const callSource = `
const __known = new Map()
function __call(name, define, json) {
  if (!__known.has(name)) __known.set(name, define())
  const values = JSON.parse(json).map((each) => each[0])
  const result = __known.get(name)(...values)
  return JSON.stringify(result === undefined ? [] : [result])
}`

/** How long one call may take, and all calls of a query together. */
class TimeBudget {
  #untilMs = 0
  #leftMs = functionQueryMs

  get isSpent(): boolean {
    return performance.now() > this.#untilMs
  }

  measure<T>(work: () => T): T {
    const beginMs = performance.now()
    this.#untilMs = beginMs + Math.min(functionCallMs, Math.max(this.#leftMs, 0))
    try {
      return work()
    } finally {
      this.#leftMs -= performance.now() - beginMs
    }
  }
}

function call(
  vm: QuickJSContext,
  budget: TimeBudget,
  called: {
    readonly name: string
    readonly source: string
    readonly values: readonly (JsonValue | undefined)[]
  },
): JsonValue | undefined {
  const { name, source, values } = called
  const json = JSON.stringify(values.map((value) => (value === undefined ? [] : [value])))
  const text = `__call(${JSON.stringify(name)}, () => ${source}, ${JSON.stringify(json)})`
  try {
    const result = tryParseJson(budget.measure(() => evaluate(vm, text)))
    return Array.isArray(result) ? result[0] : undefined
  } catch (error) {
    if (!(error instanceof ScriptFault)) throw error
    const reason = error.fault === 'timeout' ? 'it took longer than a function may' : error.message
    throw badRequest(`The user defined function '${name}' encountered an exception: ${reason}`, {
      cause: error,
    })
  }
}
