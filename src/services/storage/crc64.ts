// The polynomial of Azure Storage's CRC64, reflected, in two halves: numbers of 64 bits would be ten times slower.
const polynomialHigh = 0x9a6c9329
const polynomialLow = 0xac4bc9b5

const tableHigh = new Uint32Array(256)
const tableLow = new Uint32Array(256)
for (let index = 0; index < 256; index += 1) {
  let high = 0
  let low = index
  for (let bit = 0; bit < 8; bit += 1) {
    const isOdd = (low & 1) === 1
    low = ((low >>> 1) | ((high & 1) << 31)) >>> 0
    high >>>= 1
    if (isOdd) {
      low = (low ^ polynomialLow) >>> 0
      high = (high ^ polynomialHigh) >>> 0
    }
  }
  tableHigh[index] = high
  tableLow[index] = low
}

/** The checksum that `x-ms-content-crc64` carries: https://learn.microsoft.com/rest/api/storageservices/put-blob */
export class Crc64 {
  #high = 0xffffffff
  #low = 0xffffffff

  update(bytes: Uint8Array): this {
    let high = this.#high
    let low = this.#low
    for (let index = 0; index < bytes.length; index += 1) {
      const entry = (low ^ (bytes[index] ?? 0)) & 0xff
      low = (((low >>> 8) | (high << 24)) ^ (tableLow[entry] ?? 0)) >>> 0
      high = ((high >>> 8) ^ (tableHigh[entry] ?? 0)) >>> 0
    }
    this.#high = high
    this.#low = low
    return this
  }

  /** In base64, the lowest byte first. */
  digest(): string {
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32LE(~this.#low >>> 0, 0)
    bytes.writeUInt32LE(~this.#high >>> 0, 4)
    return bytes.toString('base64')
  }
}
