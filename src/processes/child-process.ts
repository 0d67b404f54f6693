import { spawn, type ChildProcess as NodeChild } from 'node:child_process'
import type { Readable } from 'node:stream'
import { Duplex } from 'node:stream'
import assert from 'node:assert/strict'
import type { Clock } from '../base/clock.ts'
import { FrameChannel, type Frame } from './frame-channel.ts'
import { OutputLines } from './output-lines.ts'

/** A Node program that runs beside the platform. */
export interface ChildProgram {
  readonly script: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Options of Node itself: `--max-old-space-size=512`. */
  readonly execArgv: readonly string[]
  /** Arguments of the script; they mark the process for who looks at its command line. */
  readonly args?: readonly string[]
}

export interface ChildExit {
  readonly code: number | null
  readonly signal: string | null
}

export interface ChildEvents {
  onFrame(frame: Frame): void
  onOutput(line: string, stream: 'stdout' | 'stderr'): void
  onExit(exit: ChildExit): void
}

const pipeDescriptor = 3
const hasProcessGroups = process.platform !== 'win32'

/**
 * One run of a child process with a framed pipe on its descriptor 3. It is never started twice: a restart makes
 * a new one. Nothing of it survives the platform; a child whose pipe closes ends itself.
 */
export class ChildProcess {
  readonly #child: NodeChild
  readonly #channel: FrameChannel
  #exit: Promise<ChildExit>

  constructor(program: ChildProgram, events: ChildEvents, clock: Clock) {
    this.#child = spawn(
      process.execPath,
      [...program.execArgv, program.script, ...(program.args ?? [])],
      {
        cwd: program.cwd,
        env: { ...program.env },
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
        // A group of its own: Ctrl-C in a terminal is for the platform, which lets the child finish first.
        detached: hasProcessGroups,
      },
    )
    const pipe = this.#child.stdio[pipeDescriptor]
    assert(pipe instanceof Duplex)
    this.#channel = new FrameChannel(pipe, (frame) => events.onFrame(frame))
    // A write to a child that just died fails; its exit says so.
    pipe.on('error', () => {})
    readLines(this.#child.stdout, clock, (line) => events.onOutput(line, 'stdout'))
    readLines(this.#child.stderr, clock, (line) => events.onOutput(line, 'stderr'))
    this.#exit = new Promise((resolve) => {
      this.#child.once('error', () => resolve({ code: null, signal: 'spawn failed' }))
      this.#child.once('exit', (code, signal) => resolve({ code, signal }))
    })
    void this.#exit.then((exit) => events.onExit(exit))
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Queues a frame; false when the child reads slowly and the caller should wait for `drained`. */
  send(frame: { type: number; head: string; parts?: readonly (string | Uint8Array)[] }): boolean {
    return this.#channel.send(frame)
  }

  drained(): Promise<void> {
    return this.#channel.drained()
  }

  /** Resolves when the child has ended. */
  ended(): Promise<ChildExit> {
    return this.#exit
  }

  /** Ends the child at once, with the processes that it started itself. */
  kill(): void {
    const { pid, exitCode, signalCode } = this.#child
    if (pid !== undefined && exitCode === null && signalCode === null) killWithGroup(pid)
  }
}

/** Ends a child of this or of an earlier platform at once, with the processes that it started itself. */
export function killWithGroup(pid: number): void {
  process.kill(hasProcessGroups ? -pid : pid, 'SIGKILL')
}

// What a flooding child prints is not even read: its own writes block, and this process has its turns back.
function readLines(stream: Readable | null, clock: Clock, onLine: (line: string) => void): void {
  const lines = new OutputLines(clock, onLine)
  stream?.setEncoding('utf8')
  stream?.on('data', (text: string) => {
    const waitMs = lines.write(text)
    if (waitMs === 0) return
    stream.pause()
    clock.after(waitMs, () => stream.resume())
  })
  stream?.on('end', () => lines.end())
}
