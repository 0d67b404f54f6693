import { parseJson } from '../../../base/json.ts'
import { type Arguments, type FunctionTable, takes } from '../frame.ts'
import { formatText } from '../format.ts'
import { templateGuid, uniqueString } from '../unique-string.ts'
import { type Value, toText } from '../values.ts'

const many = Number.POSITIVE_INFINITY

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-string */
export const stringFunctions: FunctionTable = {
  base64: takes(1, 1, (args) => Buffer.from(args.text(0), 'utf8').toString('base64')),
  base64ToJson: takes(1, 1, (args) => readJson(args, decodeBase64(args, args.text(0)))),
  base64ToString: takes(1, 1, (args) => decodeBase64(args, args.text(0))),
  dataUri: takes(1, 1, (args) => {
    const encoded = Buffer.from(args.text(0), 'utf8').toString('base64')
    return `data:text/plain;charset=utf8;base64,${encoded}`
  }),
  dataUriToString: takes(1, 1, (args) => readDataUri(args)),
  endsWith: takes(2, 2, (args) => args.text(0).toLowerCase().endsWith(args.text(1).toLowerCase())),
  format: takes(1, many, (args) => formatText(args.text(0), args.values.slice(1), args.at)),
  guid: takes(1, many, (args) => templateGuid(args.texts())),
  json: takes(1, 1, (args) => readJson(args, args.text(0))),
  like: takes(2, 2, (args) => isLike(args.text(0), args.text(1))),
  newGuid: takes(0, 0, (args) => {
    const { inDefaultOf, names } = args.frame
    if (inDefaultOf === undefined) throw onlyInDefaults(args)
    return templateGuid([names.context.seed, names.deploymentName, inDefaultOf])
  }),
  padLeft: takes(2, 3, (args) => {
    const text = toText(args.any(0), args.at)
    return text.padStart(args.whole(1), args.optionalText(2) ?? ' ')
  }),
  replace: takes(3, 3, (args) => args.text(0).split(args.text(1)).join(args.text(2))),
  split: takes(2, 2, (args) => split(args)),
  startsWith: takes(2, 2, (args) =>
    args.text(0).toLowerCase().startsWith(args.text(1).toLowerCase()),
  ),
  string: takes(1, 1, (args) => toText(args.any(0), args.at)),
  substring: takes(2, 3, (args) => substring(args)),
  toLower: takes(1, 1, (args) => args.text(0).toLowerCase()),
  toUpper: takes(1, 1, (args) => args.text(0).toUpperCase()),
  trim: takes(1, 1, (args) => args.text(0).trim()),
  uniqueString: takes(1, many, (args) => uniqueString(args.texts())),
  uri: takes(2, 2, (args) => joinUri(args)),
  uriComponent: takes(1, 1, (args) => encodeComponent(args.text(0))),
  uriComponentToString: takes(1, 1, (args) => decodeURIComponent(args.text(0))),
  // It only marks a value as wanted at run time; the platform evaluates everything then.
  any: takes(1, 1, (args) => args.any(0)),
  fail: takes(1, 1, (args) => {
    throw args.fail(args.text(0))
  }),
}

/** The error of a function that is allowed only in the default value of a parameter. */
export function onlyInDefaults(args: Arguments): Error {
  return args.fail('this function can only be used as a parameter default value.')
}

/** Reads JSON text that a template holds. */
export function readJson(args: Arguments, text: string): Value {
  try {
    return parseJson(text)
  } catch {
    throw args.fail('the text is not valid JSON.')
  }
}

function decodeBase64(args: Arguments, text: string): string {
  if (!/^[A-Za-z\d+/\s]*={0,2}\s*$/.test(text)) throw args.fail('the text is not valid base64.')
  return Buffer.from(text, 'base64').toString('utf8')
}

function readDataUri(args: Arguments): string {
  const match = /^data:([^,]*),(.*)$/s.exec(args.text(0))
  if (!match) throw args.fail('the text is not a valid data URI.')
  const [, header = '', body = ''] = match
  return header.endsWith(';base64') ? decodeBase64(args, body) : decodeURIComponent(body)
}

// `*` stands for any text. The parts between are found one after the other, so no pattern is slow.
function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split('*')
  const first = parts.shift() ?? ''
  const last = parts.pop()
  if (last === undefined) return text === pattern
  if (text.length < first.length + last.length) return false
  if (!text.startsWith(first) || !text.endsWith(last)) return false
  let at = first.length
  for (const part of parts) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}

function split(args: Arguments): Value[] {
  const given = args.any(1)
  const delimiters = Array.isArray(given)
    ? given.map((each) => toText(each, args.at))
    : [args.text(1)]
  let parts = [args.text(0)]
  for (const delimiter of delimiters) {
    parts = parts.flatMap((part) => (delimiter === '' ? [part] : part.split(delimiter)))
  }
  return parts
}

function substring(args: Arguments): string {
  const text = args.text(0)
  const start = args.whole(1)
  const length = args.optionalWhole(2) ?? text.length - start
  if (start < 0 || length < 0 || start + length > text.length) {
    throw args.fail(
      `the index and length parameters must refer to a location within the string. The index is ${start}, the length ${length} and the string's length ${text.length}.`,
    )
  }
  return text.slice(start, start + length)
}

// A base that ends in a slash keeps its last segment, else it is replaced, as System.Uri does.
function joinUri(args: Arguments): string {
  const base = args.text(0)
  if (!URL.canParse(base)) throw args.fail(`"${base}" is not an absolute URI.`)
  return new URL(args.text(1), base).href
}

function encodeComponent(text: string): string {
  const keep = (character: string): string =>
    `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, keep)
}
