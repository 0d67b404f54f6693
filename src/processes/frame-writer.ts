/** Bytes of one frame or of many: grows as needed and is handed to the socket whole. */
export class FrameWriter {
  #buffer: Buffer
  #length = 0

  constructor(initialBytes = 64 * 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(initialBytes)
  }

  get length(): number {
    return this.#length
  }

  writeByte(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#length++] = value
  }

  writeUint32(value: number): void {
    this.#reserve(4)
    this.#length = this.#buffer.writeUInt32LE(value, this.#length)
  }

  /** Writes the byte length as 32 bits, then the bytes. */
  writeSized(value: string | Uint8Array): void {
    if (typeof value === 'string') return this.#writeSizedText(value)
    this.#reserve(4 + value.length)
    this.#length = this.#buffer.writeUInt32LE(value.length, this.#length)
    this.#buffer.set(value, this.#length)
    this.#length += value.length
  }

  /** Sets 32 bits that were left open before. */
  patchUint32(at: number, value: number): void {
    this.#buffer.writeUInt32LE(value, at)
  }

  /** The bytes so far; the writer starts again with a new buffer, since the socket still reads the old one. */
  take(): Buffer {
    const bytes = this.#buffer.subarray(0, this.#length)
    this.#buffer = Buffer.allocUnsafeSlow(64 * 1024)
    this.#length = 0
    return bytes
  }

  #writeSizedText(text: string): void {
    // A UTF-16 unit needs at most three bytes of UTF-8.
    this.#reserve(4 + text.length * 3)
    const written = this.#buffer.write(text, this.#length + 4)
    this.#buffer.writeUInt32LE(written, this.#length)
    this.#length += 4 + written
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}
