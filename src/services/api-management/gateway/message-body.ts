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

/** A body that is not coded as its headers say. */
export class BodyUnreadable extends Error {
  override readonly name = 'BodyUnreadable'
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
 * The body of a request or response: passed through untouched, unless a policy looks at it; then it is read whole
 * and decoded before the policy runs.
 */
export class MessageBody {
  /** What was not looked at yet. */
  #unread: Readable | Uint8Array | undefined
  #bytes: Uint8Array | undefined
  #coding: ContentCoding | undefined

  private constructor(content: {
    unread?: Readable | Uint8Array
    bytes?: Uint8Array
    coding?: ContentCoding
  }) {
    this.#unread = content.unread
    this.#bytes = content.bytes
    this.#coding = content.coding
  }

  static none(): MessageBody {
    return new MessageBody({})
  }

  static of(bytes: Uint8Array | string): MessageBody {
    return new MessageBody({ bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes })
  }

  /** What came over the wire; `coding` is what undoes its content coding, when its bytes are wanted. */
  static received(content: Readable | Uint8Array, coding?: ContentCoding): MessageBody {
    if (coding) return new MessageBody({ unread: content, coding })
    if (content instanceof Readable) return new MessageBody({ unread: content })
    return content.length === 0 ? new MessageBody({}) : new MessageBody({ bytes: content })
  }

  /** True when there is nothing more to read. */
  get isReady(): boolean {
    return this.#unread === undefined
  }

  get bytes(): Uint8Array | undefined {
    return this.#bytes
  }

  /** Reads what came to its end. */
  async buffer(): Promise<void> {
    const unread = this.#unread
    if (!unread) return
    const whole = unread instanceof Readable ? await readWhole(unread) : unread
    this.#unread = undefined
    this.#bytes = whole.length === 0 ? undefined : await this.#decoded(whole)
  }

  async #decoded(bytes: Uint8Array): Promise<Uint8Array> {
    const coding = this.#coding
    if (!coding) return bytes
    this.#coding = undefined
    try {
      const decoded = await decoders[coding.name](bytes, { maxOutputLength: bufferedBodyBytesMax })
      coding.onDecoded()
      return decoded
    } catch (cause) {
      // A small body may say that it is a very large one.
      if (cause instanceof RangeError) throw new BodyTooLarge()
      throw new BodyUnreadable(`The body is not ${coding.name}.`, { cause })
    }
  }

  replace(content: Uint8Array | string): void {
    this.discard()
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    this.#bytes = bytes.length === 0 ? undefined : bytes
  }

  /** What is to be sent: once, for a stream. */
  take(): Readable | Uint8Array | undefined {
    const content = this.#unread ?? this.#bytes
    this.#unread = undefined
    return content
  }

  /** Reads what nobody will want to its end, so that its connection is free again. */
  discard(): void {
    if (this.#unread instanceof Readable) this.#unread.on('error', () => {}).resume()
    this.#unread = undefined
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

async function readWhole(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > bufferedBodyBytesMax) throw new BodyTooLarge()
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
