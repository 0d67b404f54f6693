import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import type { PolicyBody } from '../../../languages/csharp/policy-context.ts'
import { bufferedBodyBytesMax } from '../limits.ts'
import type { HeaderList } from './header-list.ts'

/** A body over the size that policies may read. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'

  constructor() {
    super(`The body is larger than the ${bufferedBodyBytesMax} bytes that a policy can read.`)
  }
}

/** How the bytes of a body are coded, and what to do when they no longer are. */
export interface ContentCoding {
  readonly name: keyof typeof decoders
  onDecoded(): void
}

const decoders = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const

/** The coding that headers tell, when it is one that can be undone. */
export function codingOf(headers: HeaderList): ContentCoding | undefined {
  const text = headers.text('content-encoding')?.trim().toLowerCase()
  const name = (['gzip', 'deflate', 'br'] as const).find((each) => each === text)
  return name && { name, onDecoded: () => headers.delete('content-encoding') }
}

/**
 * The body of a request or response: streamed through untouched, unless a policy looks at it; then it is
 * read whole before the policy runs.
 */
export class MessageBody {
  #stream: Readable | undefined
  #bytes: Uint8Array | undefined
  #coding: ContentCoding | undefined

  private constructor(content: { stream?: Readable; bytes?: Uint8Array; coding?: ContentCoding }) {
    this.#coding = content.coding
    this.#stream = content.stream
    this.#bytes = content.bytes
  }

  static none(): MessageBody {
    return new MessageBody({})
  }

  static of(bytes: Uint8Array | string): MessageBody {
    return new MessageBody({ bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes })
  }

  /** `decode` is what undoes the content coding of the stream, when its bytes are wanted. */
  static streamed(stream: Readable, coding?: ContentCoding): MessageBody {
    return new MessageBody({ stream, ...(coding ? { coding } : {}) })
  }

  /** True when there is nothing more to read. */
  get isReady(): boolean {
    return this.#stream === undefined
  }

  get bytes(): Uint8Array | undefined {
    return this.#bytes
  }

  /** Reads the stream to its end. */
  async buffer(): Promise<void> {
    const stream = this.#stream
    if (!stream) return
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk)
      length += bytes.length
      if (length > bufferedBodyBytesMax) throw new BodyTooLarge()
      chunks.push(bytes)
    }
    this.#stream = undefined
    const whole = Buffer.concat(chunks)
    this.#bytes = length === 0 ? undefined : await this.#decoded(whole)
  }

  async #decoded(bytes: Buffer): Promise<Uint8Array> {
    const coding = this.#coding
    if (!coding) return bytes
    this.#coding = undefined
    const decoded = await decoders[coding.name](bytes, { maxOutputLength: bufferedBodyBytesMax })
    coding.onDecoded()
    return decoded
  }

  replace(content: Uint8Array | string): void {
    this.discard()
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    this.#bytes = bytes.length === 0 ? undefined : bytes
  }

  /** What is to be sent: once, for a stream. */
  take(): Readable | Uint8Array | undefined {
    const content = this.#stream ?? this.#bytes
    this.#stream = undefined
    return content
  }

  /** Reads what nobody will want to its end, so that its connection is free again. */
  discard(): void {
    this.#stream?.on('error', () => {}).resume()
    this.#stream = undefined
    this.#bytes = undefined
  }

  /** How expressions see it: null where there is none. */
  toPolicyBody(): PolicyBody | null {
    if (this.#bytes === undefined) return null
    return {
      typeName: 'IMessageBody',
      read: ({ preserveContent }) => {
        const bytes = this.#bytes ?? null
        if (!preserveContent) this.#consume()
        return bytes
      },
    }
  }

  // What an expression has read without preserving it is gone, for the backend too.
  #consume(): void {
    this.#bytes = undefined
  }
}
