/** The thread of the JavaScript of actions: each script has an engine state of its own, without any access to the outside. */
import assert from 'node:assert/strict'
import { parentPort } from 'node:worker_threads'
import variant from '@jitl/quickjs-wasmfile-release-sync'
import {
  newQuickJSWASMModuleFromVariant,
  shouldInterruptAfterDeadline,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSSyncVariant,
} from 'quickjs-emscripten-core'
import type { ScriptAnswer, ScriptRequest } from './script-request.ts'

assert(isVariant(variant), 'the engine of scripts is not there')
const engine = await newQuickJSWASMModuleFromVariant(variant)

parentPort?.on('message', ({ id, request }: { id: number; request: ScriptRequest }) => {
  parentPort?.postMessage({ id, answer: run(request) })
})

function run(request: ScriptRequest): ScriptAnswer {
  const { code, context, timeoutMs, memoryBytes } = request
  const runtime = engine.newRuntime()
  try {
    runtime.setMemoryLimit(memoryBytes)
    runtime.setMaxStackSize(1_048_576)
    const endMs = performance.timeOrigin + performance.now() + timeoutMs
    runtime.setInterruptHandler(shouldInterruptAfterDeadline(endMs))
    const vm = runtime.newContext()
    try {
      return answerOf(vm, sourceOf(code, context))
    } finally {
      vm.dispose()
    }
  } finally {
    runtime.dispose()
  }
}

function answerOf(vm: QuickJSContext, source: string): ScriptAnswer {
  const result = vm.evalCode(source, 'code.js')
  if (result.error) return { error: faultOf(vm, result.error) }
  const json = vm.getString(result.value)
  result.value.dispose()
  return { json }
}

function faultOf(vm: QuickJSContext, error: QuickJSHandle) {
  const value: unknown = vm.dump(error)
  error.dispose()
  const name = textOf(value, 'name')
  const message = textOf(value, 'message')
  if (name === 'InternalError' && message === 'interrupted') {
    return { kind: 'timeout', message } as const
  }
  const kind = name === 'SyntaxError' ? 'syntax' : 'failed'
  return { kind, message: name === '' ? message : `${name}: ${message}` } as const
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'object' || value === null || !(name in value)) return ''
  const found: unknown = Object.entries(value).find(([key]) => key === name)?.[1]
  return typeof found === 'string' ? found : ''
}

// The script is the body of a function, as in Azure: it ends with `return`.
function sourceOf(code: string, context: string): string {
  return `(() => {
const workflowContext = JSON.parse(${JSON.stringify(context)})
const result = (function () {
${code}
})()
const json = JSON.stringify(result)
return json === undefined ? 'null' : json
})()`
}

// The types of the package say a module of CommonJS, what is imported is its default.
function isVariant(value: unknown): value is QuickJSSyncVariant {
  return typeof value === 'object' && value !== null && 'importFFI' in value
}
