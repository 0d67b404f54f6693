import assert from 'node:assert/strict'
import variant from '@jitl/quickjs-wasmfile-release-sync'
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core'

/** A script threw, or took longer than it may. */
export class ScriptFault extends Error {
  override readonly name = 'ScriptFault'
  readonly fault: 'failed' | 'timeout'

  constructor(fault: 'failed' | 'timeout', message: string) {
    super(message)
    this.fault = fault
  }
}

/** Loads the engine that runs JavaScript of users: it sees nothing but what it is given. */
export function openEngine(): Promise<QuickJSWASMModule> {
  assert(isVariant(variant), 'the engine of scripts is not there')
  return newQuickJSWASMModuleFromVariant(variant)
}

/** The value of a source as text; throws `ScriptFault`. */
export function evaluate(vm: QuickJSContext, source: string): string {
  const result = vm.evalCode(source, 'script.js')
  if (result.error) throw faultOf(vm, result.error)
  const isText = vm.typeof(result.value) === 'string'
  const text = isText ? vm.getString(result.value) : ''
  result.value.dispose()
  return text
}

/** What was thrown, as a fault; lets go of its handle. */
export function faultOf(vm: QuickJSContext, error: QuickJSHandle): ScriptFault {
  const value: unknown = vm.dump(error)
  error.dispose()
  const [name, message, stack] = ['name', 'message', 'stack'].map((key) => textOf(value, key))
  if (name === 'InternalError' && message === 'interrupted') {
    return new ScriptFault('timeout', 'interrupted')
  }
  const text = typeof value === 'string' ? value : `${name}: ${message}`
  const shown = name === '' && typeof value !== 'string' ? JSON.stringify(value) : text
  const trace = stack === '' || stack === undefined ? '' : `\r\nStack trace: ${stack}`
  return new ScriptFault('failed', `${shown}${trace}`)
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'object' || value === null) return ''
  const found: unknown = Object.entries(value).find(([key]) => key === name)?.[1]
  return typeof found === 'string' ? found : ''
}

// The types of the package say a module of CommonJS, what is imported is its default.
function isVariant(value: unknown): value is QuickJSSyncVariant {
  return typeof value === 'object' && value !== null && 'importFFI' in value
}
