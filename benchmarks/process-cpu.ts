import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** CPU time of a process so far, or of one thread of it; the kernel counts it in nanoseconds. */
export function cpuMicrosecondsOf(pid: number | undefined, thread?: number): number {
  const tasks = `/proc/${pid}/task`
  let nanoseconds = 0
  for (const task of thread === undefined ? readdirSync(tasks) : [String(thread)]) {
    nanoseconds += Number(readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ')[0])
  }
  return nanoseconds / 1_000
}
