import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { isJsonObject, type JsonObject } from '../src/base/json.ts'

/** A program of a benchmark in a process of its own, which answers each message with one message. */
export class ChildProgram {
  readonly #child: ChildProcess

  constructor(file: URL) {
    // Without the options of this process, so that a profile of it is not written by its children too.
    this.#child = fork(file, { execArgv: [] })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  async ask(question: JsonObject): Promise<JsonObject> {
    const answered = once(this.#child, 'message')
    this.#child.send(question)
    const [answer]: unknown[] = await answered
    if (!isJsonObject(answer)) throw new Error('a child answered with no object')
    return answer
  }

  stop(): void {
    this.#child.kill()
  }
}

/** The other end: answers the messages of the benchmark. */
export function answerParent(answer: (question: JsonObject) => Promise<JsonObject>): void {
  process.on('message', (question) => {
    if (!isJsonObject(question)) throw new Error('the benchmark sent no object')
    void answer(question).then((result) => process.send?.(result))
  })
  process.on('disconnect', () => process.exit(0))
}
