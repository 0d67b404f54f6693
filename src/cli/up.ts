import { relative } from 'node:path'
import { newLogger } from '../base/logger.ts'
import { startPlatform, type Platform } from '../platform/platform.ts'
import type { Failures } from '../platform/idle.ts'
import { OrdersDemo } from '../platform/demo/orders-demo.ts'
import { parseUpArguments, type UpArguments } from './arguments.ts'
import { DemoTraffic } from './demo-traffic.ts'
import { newTerminalLogger } from './terminal-logger.ts'

/** `interline up`: runs azd projects until Ctrl-C, or until their work has drained. */
export async function runUp(args: readonly string[]): Promise<number> {
  const parsed = parseUpArguments(args)
  const level = process.env['INTERLINE_LOG_LEVEL'] ?? 'error'
  const logger = process.stderr.isTTY
    ? newTerminalLogger(level)
    : newLogger({ name: 'interline', level })
  const platform = await startPlatform({
    projects: parsed.dirs,
    dataDir: parsed.dataDir,
    host: parsed.host,
    ...(parsed.port === undefined ? {} : { port: parsed.port }),
    logger,
    say: (line) => print(line),
  })
  const interrupted = onInterrupt()
  printReady(platform, parsed)
  try {
    return await run(platform, parsed, interrupted)
  } finally {
    await platform.stop()
  }
}

async function run(
  platform: Platform,
  parsed: UpArguments,
  interrupted: AbortSignal,
): Promise<number> {
  const failed = platform.functions.apps().some((app) => app.state === 'failed')
  if (failed && parsed.untilIdle) return 1
  // The chain is not whole: sample traffic would only wait for the missing app.
  const demo = parsed.demo && !failed ? OrdersDemo.for(platform) : undefined
  const traffic = demo ? new DemoTraffic(platform, demo) : undefined
  await traffic?.begin(interrupted)
  if (parsed.untilIdle) return untilIdle(platform, traffic, interrupted)
  await traffic?.goOn(interrupted)
  await aborted(interrupted)
  print('')
  print('stopping: what runs is finished, what waits is kept (Ctrl-C again ends at once)')
  return 0
}

async function untilIdle(
  platform: Platform,
  traffic: DemoTraffic | undefined,
  interrupted: AbortSignal,
): Promise<number> {
  const report = await platform.idle.untilIdle(interrupted)
  await traffic?.printSummary()
  const failures = [
    ...failureLines('dead-lettered message(s) in', report.deadLetters),
    ...failureLines('undelivered event(s) of', report.undeliveredEvents),
    ...failureLines('failed run(s) of', report.failedRuns),
  ]
  for (const line of failures) process.stderr.write(`${line}\n`)
  const isWhole = failures.length === 0 && failedWorkflows(platform).length === 0
  if (isWhole) print('idle: all work has drained')
  return isWhole ? 0 : 1
}

function failureLines(what: string, failures: ReadonlyMap<string, Failures>): readonly string[] {
  return [...failures].map(([name, { count, reason }]) => `${count} ${what} ${name}: ${reason}`)
}

function printReady(platform: Platform, parsed: UpArguments): void {
  for (const app of platform.functions.apps()) {
    if (app.state !== 'failed') continue
    process.stderr.write(`function app '${app.name}' does not run: ${app.failure ?? ''}\n`)
  }
  for (const app of platform.functions.apps()) {
    for (const warning of app.folder?.warnings ?? []) print(`note: ${app.name}: ${warning}`)
  }
  for (const { workflow, fault } of failedWorkflows(platform))
    process.stderr.write(`workflow '${workflow}' does not run: ${fault}\n`)
  const { console, gateway, functions, logicApps = {}, storage } = platform.endpoints
  print(`ready in ${Math.round(performance.now())} ms`)
  print('')
  const lines = [
    ['console', console],
    ...(gateway === undefined ? [] : [['gateway', gateway]]),
    ...Object.entries(functions),
    ...Object.entries(logicApps),
    ...Object.entries(storage?.accounts ?? {}).map(([, { blob }]) => ['blobs', blob]),
    ['state', relative(process.cwd(), parsed.dataDir) || parsed.dataDir],
  ]
  const width = Math.max(...lines.map(([name = '']) => name.length))
  for (const [name = '', value = ''] of lines) print(`  ${name.padEnd(width)}  ${value}`)
  print('')
}

/** Workflows whose definition is not valid: the others run all the same. */
function failedWorkflows(platform: Platform): { workflow: string; fault: string }[] {
  return platform.logicApps
    .apps()
    .flatMap(({ app }) =>
      app.workflows.flatMap((loaded) =>
        'error' in loaded ? [{ workflow: loaded.name, fault: loaded.error.message }] : [],
      ),
    )
}

/** Aborts at the first Ctrl-C; a second one ends the program at once. */
function onInterrupt(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130)
      controller.abort()
    })
  }
  return controller.signal
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
