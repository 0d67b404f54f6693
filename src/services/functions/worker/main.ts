/**
 * The program of a function app's child process. It keeps nothing: what it has not answered when it dies, the
 * host gives to the next one. The platform speaks to it over descriptor 3; standard output belongs to the app.
 */
import Module from 'node:module'
import net from 'node:net'
import { FrameChannel, type Frame } from '../../../processes/frame-channel.ts'
import { messageOf } from '../../../base/errors.ts'
import {
  frameTypes,
  type InvokeHead,
  type LoadedHead,
  type LoadHead,
  type LogHead,
  type ResultHead,
} from '../worker-protocol.ts'
import { logBacklogBytesMax, logLineCharsMax } from '../limits.ts'
import { loadApp } from './app-loader.ts'
import { CoreApi, type WriteLog } from './core-api.ts'
import { Hooks } from './hooks.ts'
import { invoke } from './invocation.ts'
import { LogBudget } from './log-budget.ts'

const pipeDescriptor = 3
const startedAs = process.title

const pipe = new net.Socket({ fd: pipeDescriptor, readable: true, writable: true })
const channel = new FrameChannel(pipe, receive)
const hooks = new Hooks()
const budget = new LogBudget()
let core: CoreApi | undefined

// The platform is gone: whatever the app still does has no owner.
pipe.on('close', () => process.exit(1))
pipe.on('error', () => process.exit(1))

// Not async itself, and neither is what it calls for an invocation: each such step costs a tenth of a call.
function receive(frame: Frame): void {
  switch (frame.type) {
    case frameTypes.invoke:
      return run(JSON.parse(frame.head), frame.parts)
    case frameTypes.load:
      return void load(JSON.parse(frame.head))
    case frameTypes.stop:
      return void stop()
    default:
      throw new Error(`${startedAs}: the platform sent a frame of an unknown type ${frame.type}`)
  }
}

async function load(head: LoadHead): Promise<void> {
  try {
    channel.send({ type: frameTypes.loaded, head: JSON.stringify(await loadFunctions(head)) })
  } catch (error) {
    const failure = {
      message: messageOf(error),
      type: error instanceof Error ? error.name : typeof error,
      stack: stackOf(error),
    }
    channel.send({ type: frameTypes.loadFailed, head: JSON.stringify(failure) })
  }
}

async function loadFunctions(head: LoadHead): Promise<LoadedHead> {
  core = new CoreApi({ hooks, writeLog, hostVersion: head.hostVersion })
  provideCoreModule(core.exports)
  await loadApp(head.appDir)
  await hooks.run('appStart', { hookData: {}, appHookData: hooks.appHookData })
  core.lock()
  const capabilities = (await core.model?.getCapabilities?.({})) ?? {}
  return { functions: core.registered(), capabilities, model: core.model?.name ?? '' }
}

// The library asks for this module by `require`, also in apps made of ES modules: it is CommonJS itself.
function provideCoreModule(exports: object): void {
  const original: (this: unknown, id: string) => unknown = Object(Module.prototype).require
  Object.defineProperty(Module.prototype, 'require', {
    configurable: true,
    writable: true,
    value: function require(this: NodeJS.Module, id: string): unknown {
      return id === '@azure/functions-core' ? exports : original.call(this, id)
    },
  })
}

function run(head: InvokeHead, parts: readonly Buffer[]): void {
  const invoked = invoke({ core, writeLog, head, parts })
  void invoked.then(({ outputs, parts: bytes, failure }) => {
    const result: ResultHead = failure
      ? { call: head.call, outputs, failure }
      : { call: head.call, outputs }
    channel.send({ type: frameTypes.result, head: JSON.stringify(result), parts: bytes })
  })
}

async function stop(): Promise<void> {
  try {
    await hooks.run('appTerminate', { hookData: {}, appHookData: hooks.appHookData })
  } finally {
    await channel.drained()
    process.exit(0)
  }
}

function writeLog(line: Parameters<WriteLog>[0]): void {
  const message = line.message.slice(0, logLineCharsMax)
  const isBacklogged = channel.backlogBytes > logBacklogBytesMax
  const dropped = budget.take({ chars: message.length, isBacklogged })
  if (dropped === undefined) return
  if (dropped > 0)
    send({
      level: 'warning',
      category: 'system',
      message: `${dropped} log lines were dropped: the app logs too fast.`,
    })
  send({ ...line, message })
}

function send(line: Parameters<WriteLog>[0]): void {
  const head: LogHead = {
    ...(line.call === undefined ? {} : { call: line.call }),
    level: line.level,
    category: line.category,
  }
  channel.send({ type: frameTypes.log, head: JSON.stringify(head), parts: [line.message] })
}

function stackOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const shown = cause instanceof Error ? cause : error
  return shown instanceof Error ? (shown.stack ?? '') : ''
}
