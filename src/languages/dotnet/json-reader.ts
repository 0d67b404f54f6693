import { DateTime } from './date-time.ts'
import { unixEpochTicks, ticksPerMillisecond } from './calendar.ts'
import { readExact } from './date-parse-exact.ts'
import { dateTimeOf } from './date-parse.ts'
import { argumentNull, DotnetException } from './exceptions.ts'
import { BigInteger } from './json-kind.ts'
import { jsonStringAt } from './json-string.ts'
import { tokenOfPlainText, tokenOfString, type DateReader } from './json-plain.ts'
import {
  JArray,
  JConstructor,
  JObject,
  JProperty,
  JValue,
  type JContainer,
  type JToken,
} from './json-token.ts'
import { pathOf } from './json-tree.ts'
import { doubleOf } from './value.ts'
import { countWork } from './work-limit.ts'

const depthMax = 512
const slash = 0x2f

/** How text is read. */
export interface JsonReadOptions {
  /** Strings that look like dates become dates, as is the default of Newtonsoft. */
  readonly readsDates?: boolean
}

/**
 * `JToken.Parse`: JSON with what Newtonsoft also takes: comments, single quotes, bare names, NaN, hexadecimal.
 * https://www.newtonsoft.com/json/help/html/M_Newtonsoft_Json_Linq_JToken_Parse.htm
 */
export function parseToken(text: string | null, options: JsonReadOptions = {}): JToken {
  return readText(text, 'JToken', options)
}

/** `JObject.Parse`. */
export function parseObject(text: string | null): JObject {
  const token = readText(text, 'JObject', {})
  if (token instanceof JObject) return token
  throw notA('JObject', 'an object', token)
}

/** `JArray.Parse`. */
export function parseArray(text: string | null): JArray {
  const token = readText(text, 'JArray', {})
  if (token instanceof JArray) return token
  throw notA('JArray', 'an array', token)
}

function readText(text: string | null, type: string, options: JsonReadOptions): JToken {
  const dateOf = options.readsDates === false ? noDate : dateFromJson
  const plain = text === null ? undefined : tokenOfPlainText(text, dateOf)
  return plain ?? new JsonReader(text, dateOf).readAll(type)
}

function noDate(): undefined {
  return undefined
}

function notA(type: string, what: string, token: JToken): DotnetException {
  const kind =
    token instanceof JObject ? 'StartObject' : token instanceof JArray ? 'StartArray' : token.type
  return readerException(
    `Error reading ${type} from JsonReader. Current JsonReader item is not ${what}: ${kind}. Path '', line 1, position 1.`,
  )
}

/** JsonReaderException. */
export function readerException(message: string): DotnetException {
  return new DotnetException('Newtonsoft.Json.JsonReaderException', message)
}

const literals = new Map<string, () => JValue>([
  ['true', () => new JValue(true)],
  ['false', () => new JValue(false)],
  ['null', () => new JValue(null)],
  ['undefined', () => new JValue(null, 'Undefined')],
  ['NaN', () => new JValue(doubleOf(NaN))],
  ['Infinity', () => new JValue(doubleOf(Infinity))],
  ['-Infinity', () => new JValue(doubleOf(-Infinity))],
])

class JsonReader {
  readonly #text: string
  readonly #dateOf: DateReader
  #position = 0
  #depth = 0
  #current: JContainer | null = null

  constructor(text: string | null, dateOf: DateReader) {
    if (text === null) throw argumentNull('s')
    this.#text = text
    this.#dateOf = dateOf
  }

  readAll(type: string): JToken {
    this.#skip()
    if (this.#position >= this.#text.length) {
      throw readerException(`Error reading ${type} from JsonReader. Path '', line 0, position 0.`)
    }
    const token = this.#readValue()
    this.#skip()
    if (this.#position < this.#text.length) {
      throw this.#error(
        `Additional text encountered after finished reading JSON content: ${this.#text[this.#position]}`,
      )
    }
    return token
  }

  #readValue(): JToken {
    countWork()
    const character = this.#text[this.#position]
    switch (character) {
      case '{':
        return this.#readObject()
      case '[':
        return this.#readArray()
      case '"':
      case "'":
        return tokenOfString(this.#readString(character), this.#dateOf)
      case undefined:
        throw this.#error('Unexpected end of content while loading JSON')
      default:
        return this.#readLiteral() ?? this.#readNumber(character)
    }
  }

  #enter(container: JContainer): JContainer | null {
    this.#depth += 1
    if (this.#depth > depthMax)
      throw this.#error(`The reader's MaxDepth of ${depthMax} has been exceeded`)
    const outer = this.#current
    this.#current = container
    this.#position += 1
    return outer
  }

  #leave(outer: JContainer | null): void {
    this.#depth -= 1
    this.#current = outer
    this.#position += 1
  }

  #readObject(): JObject {
    const object = new JObject()
    const outer = this.#enter(object)
    while (this.#next() !== '}') {
      const name = this.#readName()
      if (this.#next() !== ':') throw this.#invalidAfterName()
      this.#position += 1
      this.#skip()
      // A name that comes twice keeps its first place and its last value.
      const property = object.property(name) ?? new JProperty(name, null)
      if (property.parent === null) object.insertAt(object.count, property)
      this.#current = property
      property.value = this.#readValue()
      this.#current = object
      this.#separator('}', 'object')
    }
    this.#leave(outer)
    return object
  }

  #readArray(): JArray {
    const array = new JArray()
    const outer = this.#enter(array)
    for (;;) {
      this.#skipInto(array)
      const character = this.#text[this.#position]
      if (character === ']') break
      // `[1,,2]`: a place without a value is undefined.
      if (character === ',') array.insertAt(array.count, new JValue(null, 'Undefined'))
      else array.insertAt(array.count, this.#readValue())
      this.#skipInto(array)
      this.#separator(']', 'array')
    }
    this.#leave(outer)
    return array
  }

  #readConstructor(): JConstructor {
    this.#skip()
    const made = new JConstructor(this.#match(/[\w$]+/y) ?? '')
    if (this.#next() !== '(') throw this.#unexpected('parsing constructor')
    const outer = this.#enter(made)
    while (this.#next() !== ')') {
      made.insertAt(made.count, this.#readValue())
      this.#separator(')', 'array')
    }
    this.#leave(outer)
    return made
  }

  // After a value: a comma, or the end.
  #separator(close: string, what: string): void {
    const character = this.#next()
    if (character === ',') this.#position += 1
    else if (character === undefined)
      throw this.#error(
        `Unexpected end of content while loading ${what === 'object' ? 'JObject' : 'JArray'}`,
      )
    else if (character !== close)
      throw this.#error(
        `After parsing a value an unexpected character was encountered: ${character}`,
      )
  }

  #next(): string | undefined {
    this.#skip()
    return this.#text[this.#position]
  }

  #readName(): string {
    const character = this.#text[this.#position]
    if (character === '"' || character === "'") return this.#readString(character)
    const name = this.#match(/[\p{L}\p{Nd}_$]+/uy)
    if (name !== undefined) return name
    if (character === undefined) throw this.#error('Unexpected end when reading JSON')
    throw this.#error(`Invalid property identifier character: ${character}`)
  }

  #readString(quote: string): string {
    const found = jsonStringAt(this.#text, this.#position + 1, quote)
    if ('fault' in found) {
      this.#position = found.end
      throw this.#error(found.fault)
    }
    this.#position = found.end
    return found.value
  }

  #readLiteral(): JToken | undefined {
    const start = this.#position
    const word = this.#match(/-?[A-Za-z]+/y)
    if (word === undefined) return undefined
    if (word === 'new') return this.#readConstructor()
    const make = literals.get(word)
    if (make !== undefined && !/[A-Za-z0-9_$]/.test(this.#text[this.#position] ?? '')) return make()
    this.#position = start
    throw this.#unexpected('parsing value')
  }

  #readNumber(first: string): JValue {
    const text = this.#match(/[-+.xX0-9a-fA-F]+/y)
    if (text === undefined) throw this.#unexpected('parsing value')
    if (!/[-.\d]/.test(first)) throw this.#unexpected('parsing value')
    const value = numberFromJson(text)
    if (value === undefined) throw this.#error(`Input string '${text}' is not a valid number`)
    return value
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#position += found.length
    return found
  }

  #skip(): void {
    const code = this.#text.charCodeAt(this.#position)
    if (code > 0x20 && code !== slash && code < 0x7f) return
    while (this.#match(/[\s\0]+/y) !== undefined || this.#comment() !== undefined);
  }

  // Comments between the items of an array are tokens of their own; elsewhere nothing could name them.
  #skipInto(array: JArray): void {
    for (;;) {
      if (this.#match(/[\s\0]+/y) !== undefined) continue
      const comment = this.#comment()
      if (comment === undefined) return
      array.insertAt(array.count, new JValue(comment, 'Comment'))
    }
  }

  #comment(): string | undefined {
    if (this.#text[this.#position] !== '/') return undefined
    const block = this.#match(/\/\*[^]*?\*\//y)
    if (block !== undefined) return block.slice(2, -2)
    const line = this.#match(/\/\/[^\r\n]*/y)
    if (line !== undefined) return line.slice(2)
    if (this.#text.startsWith('/*', this.#position)) {
      this.#position = this.#text.length
      throw this.#error('Unexpected end while parsing comment')
    }
    throw this.#unexpected('parsing value')
  }

  #unexpected(doing: string): DotnetException {
    const character = this.#text[this.#position]
    if (character === undefined) return this.#error('Unexpected end when reading JSON')
    return this.#error(`Unexpected character encountered while ${doing}: ${character}`)
  }

  #invalidAfterName(): DotnetException {
    const character = this.#text[this.#position]
    if (character === undefined) return this.#error('Unexpected end when reading JSON')
    return this.#error(
      `Invalid character after parsing property name. Expected ':' but got: ${character}`,
    )
  }

  #error(message: string): DotnetException {
    const before = this.#text.slice(0, this.#position)
    const line = before.split('\n').length
    const column = this.#position - (before.lastIndexOf('\n') + 1)
    const path = this.#current === null ? '' : pathOf(this.#current)
    return readerException(`${message}. Path '${path}', line ${line}, position ${column}.`)
  }
}

// As many as later versions of Newtonsoft take; more would cost the time of a long multiplication.
const wholeLengthMax = 380

/** A number as Newtonsoft reads it: Int64, beyond it a BigInteger, else a Double; `0x` and a leading 0 are no decimals. */
function numberFromJson(text: string): JValue | undefined {
  if (text.length > wholeLengthMax && /^-?\w+$/.test(text))
    throw readerException(`JSON integer ${text.slice(0, 40)}... is too large to parse.`)
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return wholeToken(BigInt(text))
  if (/^0\d+$/.test(text))
    return /^[0-7]+$/.test(text) ? wholeToken(BigInt(`0o${text.slice(1)}`)) : undefined
  if (/^-?\d+$/.test(text))
    return text.length < 16 ? JValue.ofWhole(Number(text) + 0) : wholeToken(BigInt(text))
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return undefined
  return new JValue(doubleOf(Number(text)))
}

function wholeToken(value: bigint): JValue {
  const whole = Number(value)
  if (Number.isSafeInteger(whole)) return JValue.ofWhole(whole)
  return new JValue(BigInt.asIntN(64, value) === value ? value : new BigInteger(value))
}

const isoFormat = "yyyy'-'MM'-'dd'T'HH':'mm':'ss.FFFFFFFK"
// From `/Date(0)/` to a fraction of seven digits and a zone, with room for milliseconds of many digits.
const [dateLengthMin, dateLengthMax] = [9, 40]
const isoPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,7})?(?:Z|[+-]\d{2}:?\d{2})?$/

/** The date that a string of JSON stands for, by ISO 8601 or `/Date(...)/`. */
function dateFromJson(text: string): DateTime | undefined {
  if (text.length < dateLengthMin || text.length > dateLengthMax) return undefined
  if (isoPattern.test(text)) {
    const parsed = readExact(text.includes('.') ? text : withFraction(text), isoFormat)
    return parsed && dateTimeOf(parsed, ['RoundtripKind'])
  }
  const microsoft = /^\/Date\((-?\d+)([+-]\d{4})?\)\/$/.exec(text)
  if (microsoft === null) return undefined
  const ticks = unixEpochTicks + BigInt(microsoft[1] ?? 0) * ticksPerMillisecond
  return new DateTime(ticks, microsoft[2] === undefined ? 'Utc' : 'Local')
}

// The point of the format stands before a fraction only.
function withFraction(text: string): string {
  return `${text.slice(0, 19)}.${text.slice(19)}`
}
