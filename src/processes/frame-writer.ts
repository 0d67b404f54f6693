/** Bytes of one frame or of many: grows as needed and is handed to the socket whole. */
export class FrameWriter {
  readonly #initialBytes: number
  #buffer: Buffer = Buffer.alloc(0)
  /** What is before belongs to the socket already. */
  #start = 0
  #end = 0

  constructor(initialBytes = 64 * 1024) {
    this.#initialBytes = initialBytes
  }

  get length(): number {
    return this.#end - this.#start
  }

  writeByte(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#end++] = value
  }

  writeUint32(value: number): void {
    this.#reserve(4)
    this.#end = this.#buffer.writeUInt32LE(value, this.#end)
  }

  /** Writes the byte length as 32 bits, then the bytes. */
  writeSized(value: string | Uint8Array): void {
    if (typeof value === 'string') return this.#writeSizedText(value)
    this.#reserve(4 + value.length)
    this.#end = this.#buffer.writeUInt32LE(value.length, this.#end)
    this.#buffer.set(value, this.#end)
    this.#end += value.length
  }

  /** Sets 32 bits that were left open before. */
  patchUint32(at: number, value: number): void {
    this.#buffer.writeUInt32LE(value, this.#start + at)
  }

  /** The bytes so far; the writer goes on behind them, since the socket still reads them. */
  take(): Buffer {
    const bytes = this.#buffer.subarray(this.#start, this.#end)
    this.#start = this.#end
    return bytes
  }

  #writeSizedText(text: string): void {
    // A UTF-16 unit needs at most three bytes of UTF-8.
    this.#reserve(4 + text.length * 3)
    const written = this.#buffer.write(text, this.#end + 4)
    this.#buffer.writeUInt32LE(written, this.#end)
    this.#end += 4 + written
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return
    const { length } = this
    // By what waits, not by the old buffer: most of that is with the socket, and doubling it would grow for ever.
    const larger = Buffer.allocUnsafeSlow(Math.max((length + bytes) * 2, this.#initialBytes))
    this.#buffer.copy(larger, 0, this.#start, this.#end)
    this.#buffer = larger
    this.#start = 0
    this.#end = length
  }
}
