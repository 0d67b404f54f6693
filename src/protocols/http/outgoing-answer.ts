import { Readable, type Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Cancellation } from './cancellation.ts'
import { wholeBodyBytesMax } from './limits.ts'
import type { OutgoingResponse, UpgradedConnection } from './outgoing-http.ts'

/** What an answer needs to know of its request. */
export interface AnswerOptions {
  readonly isUnbuffered: boolean
  readonly signal: Cancellation | undefined
}

/** Ends a request whose caller went away. */
class CallerGone extends Error {
  override readonly name = 'CallerGone'
}

/**
 * Collects the answer to one request. A small body that comes with its head is given as bytes, since a stream costs
 * more than the bytes do; any other is streamed, as slowly as it is read.
 */
export class OutgoingAnswer implements Dispatcher.DispatchHandler {
  readonly #isUnbuffered: boolean
  readonly #signal: Cancellation | undefined
  readonly #resolve: (answer: OutgoingResponse | UpgradedConnection) => void
  readonly #reject: (error: Error) => void
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #reason = ''
  #headers: readonly string[] = []
  #chunks: Buffer[] = []
  #bytes = 0
  #stream: Readable | undefined
  #isOver = false

  constructor(
    options: AnswerOptions,
    settle: {
      resolve: (answer: OutgoingResponse | UpgradedConnection) => void
      reject: (error: Error) => void
    },
  ) {
    this.#isUnbuffered = options.isUnbuffered
    this.#signal = options.signal
    this.#resolve = settle.resolve
    this.#reject = settle.reject
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#signal?.add(this.#cancel)
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    _status: number,
    _headers: object,
    socket: Duplex,
  ): void {
    this.#finish()
    // Until somebody listens: an error is followed by the end of the connection.
    socket.on('error', () => {})
    this.#resolve({ headers: rawHeaders(controller.rawHeaders), socket })
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: object,
    reason?: string,
  ): void {
    if (status < 200) return
    this.#status = status
    this.#reason = reason ?? ''
    this.#headers = rawHeaders(controller.rawHeaders)
    // What came in the same packet has been told of by then.
    queueMicrotask(() => {
      if (!this.#isOver && !this.#stream && (this.#isUnbuffered || !this.#willBeWhole())) {
        this.#beginStream()
      }
    })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#stream) {
      if (!this.#stream.push(chunk)) controller.pause()
      return
    }
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes > wholeBodyBytesMax) this.#beginStream()
  }

  onResponseEnd(): void {
    this.#finish()
    if (this.#stream) this.#stream.push(null)
    else this.#answer(join(this.#chunks))
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#finish()
    if (this.#stream) this.#stream.destroy(error)
    else this.#reject(error)
  }

  // A short body of a known length is waited for: it comes with the next packet.
  #willBeWhole(): boolean {
    const headers = this.#headers
    for (let index = 0; index + 1 < headers.length; index += 2) {
      if (headers[index]?.toLowerCase() === 'content-length') {
        return Number(headers[index + 1]) <= wholeBodyBytesMax
      }
    }
    return false
  }

  #beginStream(): void {
    const stream = new Readable({
      read: () => this.#controller?.resume(),
      destroy: (error, done) => {
        if (!this.#isOver) this.#controller?.abort(error ?? new CallerGone('nobody reads it'))
        done(error)
      },
    })
    this.#stream = stream
    for (const chunk of this.#chunks) stream.push(chunk)
    this.#chunks = []
    this.#answer(stream)
  }

  #answer(body: Readable | Uint8Array): void {
    this.#resolve({
      status: this.#status,
      reason: this.#reason,
      headers: this.#headers,
      body,
    })
  }

  #finish(): void {
    this.#isOver = true
    this.#signal?.delete(this.#cancel)
  }

  readonly #cancel = (): void => {
    this.#controller?.abort(new CallerGone('The caller went away.'))
  }
}

function join(chunks: readonly Buffer[]): Uint8Array {
  const [first] = chunks
  return first && chunks.length === 1 ? first : Buffer.concat(chunks)
}

// Header bytes are Latin-1, each its own character.
function rawHeaders(headers: unknown): readonly string[] {
  if (!Array.isArray(headers)) return []
  return headers.map((each) => (Buffer.isBuffer(each) ? each.toString('latin1') : String(each)))
}
