/** The thread of stored procedures and triggers: each run has an engine state of its own, without any access to the outside. */
import { parentPort } from 'node:worker_threads'
import {
  shouldInterruptAfterDeadline,
  type QuickJSContext,
  type QuickJSRuntime,
} from 'quickjs-emscripten-core'
import { isJsonObject, stringMember, tryParseJson, type JsonValue } from '../../../base/json.ts'
import { scriptCallsMax, scriptStackBytesMax } from '../limits.ts'
import { evaluate, faultOf, openEngine, ScriptFault } from './script-engine.ts'
import type { FromScriptThread, ScriptCall, ToScriptThread } from './script-messages.ts'
import { functionSource, scriptPrelude } from './script-prelude.ts'

interface Run {
  readonly runtime: QuickJSRuntime
  readonly vm: QuickJSContext
}

const engine = await openEngine()
const runs = new Map<number, Run>()

parentPort?.on('message', (message: ToScriptThread) => {
  const { run } = message
  try {
    receive(message)
  } catch (error) {
    end(run)
    if (!(error instanceof ScriptFault)) throw error
    post({ run, kind: 'fault', fault: error.fault, message: error.message })
  }
})

function receive(message: ToScriptThread): void {
  switch (message.kind) {
    case 'begin':
      return begin(message)
    case 'deliver':
      return step(message.run, `__deliver(${JSON.stringify(JSON.stringify(message.results))})`)
    case 'end':
      return end(message.run)
  }
}

function begin(message: Extract<ToScriptThread, { kind: 'begin' }>): void {
  const { run, program, timeoutMs, memoryBytes } = message
  const runtime = engine.newRuntime()
  runtime.setMemoryLimit(memoryBytes)
  runtime.setMaxStackSize(scriptStackBytesMax)
  const beginMs = performance.timeOrigin + performance.now()
  runtime.setInterruptHandler(shouldInterruptAfterDeadline(beginMs + timeoutMs))
  const vm = runtime.newContext()
  runs.set(run, { runtime, vm })
  installAccepts(vm, beginMs + timeoutMs * 0.8)
  const context = JSON.stringify(JSON.stringify(program.context))
  evaluate(vm, `const __context = JSON.parse(${context})\n${scriptPrelude}`)
  const parameters = JSON.stringify(JSON.stringify(program.parameters))
  step(run, `void ${functionSource(program.source)}(...JSON.parse(${parameters}))`)
}

/** A call is not accepted any more when the time or the number of calls comes to its end: the script may then stop by itself. */
function installAccepts(vm: QuickJSContext, untilMs: number): void {
  let calls = 0
  const accepts = vm.newFunction('__accepts', () => {
    calls += 1
    const isInTime = performance.timeOrigin + performance.now() < untilMs
    return calls <= scriptCallsMax && isInTime ? vm.true : vm.false
  })
  vm.setProp(vm.global, '__accepts', accepts)
  accepts.dispose()
}

function step(id: number, source: string): void {
  const run = runs.get(id)
  if (!run) return
  evaluate(run.vm, source)
  const jobs = run.runtime.executePendingJobs()
  if (jobs.error) throw faultOf(run.vm, jobs.error)
  const state = tryParseJson(evaluate(run.vm, '__drain()'))
  if (!isJsonObject(state)) throw new ScriptFault('failed', 'Error: The script has no state.')
  const calls = state['calls']
  if (Array.isArray(calls) && calls.length > 0)
    return post({ run: id, kind: 'calls', calls: calls.map(callOf) })
  end(id)
  const [request, response] = [state['request'] ?? null, state['response'] ?? '']
  post({ run: id, kind: 'done', request, response, log: textOf(state['log']) })
}

// The prelude wrote them, in an engine that the script may have bent.
function callOf(value: JsonValue): ScriptCall {
  const call = isJsonObject(value) ? value['call'] : undefined
  const operation = operations.find((each) => each === stringMember(value, 'operation'))
  const link = stringMember(value, 'link')
  if (!isJsonObject(value) || typeof call !== 'number' || !operation || link === undefined) {
    throw new ScriptFault('failed', 'Error: The script asked for what there is not.')
  }
  return { call, operation, link, body: value['body'] ?? null, options: value['options'] ?? null }
}

const operations = ['create', 'upsert', 'read', 'replace', 'delete', 'query'] as const

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function end(id: number): void {
  const run = runs.get(id)
  runs.delete(id)
  run?.vm.dispose()
  run?.runtime.dispose()
}

function post(message: FromScriptThread): void {
  parentPort?.postMessage(message)
}
