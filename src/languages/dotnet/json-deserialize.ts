import { arrayOf } from './collection-types.ts'
import { changeType } from './convert.ts'
import { Dictionary } from './dictionary.ts'
import { argumentNull, DotnetException } from './exceptions.ts'
import { HashSet } from './hash-set.ts'
import { castToken, isTokenCastTarget } from './json-cast.ts'
import { parseToken, readerException } from './json-reader.ts'
import { serializationException } from './json-serialize.ts'
import { JArray, JObject, JValue, cloneToken, type JToken } from './json-token.ts'
import { pathOf } from './json-tree.ts'
import { KeyValuePair } from './key-value-pair.ts'
import { List } from './list.ts'
import { Queue, Stack } from './queue.ts'
import { genericName, isNumericName, typeArguments } from './types.ts'

const tokenNamespace = 'Newtonsoft.Json.Linq.'

/** `JsonConvert.DeserializeObject<T>(text)`; without a type the token, or for a bare value its content. */
export function deserializeObject(text: string | null, typeName = 'System.Object'): unknown {
  if (text === null) throw argumentNull('value')
  if (text.trim() === '') return null
  return convertToken(parseToken(text), typeName, { fromText: true })
}

/** `token.ToObject<T>()`. */
export function tokenToObject(token: JToken, typeName: string): unknown {
  return convertToken(token, typeName, { fromText: false })
}

interface Source {
  /** Text that looks like a date was not read as one where a String is wanted. */
  readonly fromText: boolean
}

function convertToken(token: JToken, typeName: string, source: Source): unknown {
  if (typeName === 'System.Object')
    return token instanceof JValue && source.fromText ? token.value : untyped(token)
  if (typeName.startsWith(tokenNamespace)) return convertToTokenType(token, typeName)
  if (typeName === 'System.Byte[]') return primitive(token, typeName, source)
  if (typeName.endsWith('[]')) {
    const elementType = typeName.slice(0, -2)
    const items = itemsOf(token, elementType, { typeName, source })
    return items === null ? null : arrayOf(elementType, items)
  }
  return typeName.includes('<') && !typeName.startsWith('System.Nullable<')
    ? convertToGeneric(token, typeName, source)
    : primitive(token, typeName, source)
}

function untyped(token: JToken): unknown {
  return token instanceof JValue ? token.value : cloneToken(token)
}

function convertToTokenType(token: JToken, typeName: string): unknown {
  const base = typeName === `${tokenNamespace}JToken` || typeName === `${tokenNamespace}JContainer`
  if (base || token.typeName === typeName) return cloneToken(token)
  if (token instanceof JValue && token.value === null) return null
  const wanted = typeName === `${tokenNamespace}JArray` ? 'an array' : 'an object'
  throw readerException(
    `Error reading ${typeName.slice(tokenNamespace.length)} from JsonReader. Current JsonReader item is not ${wanted}: ${startOf(token)}. Path '${pathOf(token)}'.`,
  )
}

function startOf(token: JToken): string {
  return token instanceof JObject
    ? 'StartObject'
    : token instanceof JArray
      ? 'StartArray'
      : token.type
}

function convertToGeneric(token: JToken, typeName: string, source: Source): unknown {
  const types = typeArguments(typeName)
  const [first = 'System.Object', second = 'System.Object'] = types
  const short = genericName(typeName).replace(/^.*\.I?/, '')
  if (short === 'Dictionary' || short === 'ReadOnlyDictionary') {
    return dictionaryOf(token, [first, second], { typeName, source })
  }
  if (short === 'KeyValuePair') return pairOf(token, [first, second], source)
  const items = itemsOf(token, first, { typeName, source })
  if (items === null) return null
  switch (short) {
    case 'HashSet':
    case 'Set':
      return new HashSet(first, items)
    case 'Queue':
      return new Queue(first, items)
    case 'Stack':
      return new Stack(first, items)
    default:
      return new List(first, items)
  }
}

interface Target {
  readonly typeName: string
  readonly source: Source
}

function itemsOf(token: JToken, elementType: string, target: Target): unknown[] | null {
  if (token instanceof JValue && token.value === null) return null
  if (!(token instanceof JArray)) throw cannotDeserialize(token, target.typeName, 'array')
  return token.children
    .filter((item) => item.type !== 'Comment')
    .map((item) => convertToken(item, elementType, target.source))
}

function dictionaryOf(token: JToken, types: readonly [string, string], target: Target): unknown {
  if (token instanceof JValue && token.value === null) return null
  if (!(token instanceof JObject)) throw cannotDeserialize(token, target.typeName, 'object')
  const [keyType, valueType] = types
  const dictionary = new Dictionary(keyType, valueType)
  for (const { name, value } of token.children) {
    const key = keyType === 'System.String' ? name : changeType(name, keyType)
    dictionary.set(key, convertToken(value, valueType, target.source))
  }
  return dictionary
}

function pairOf(token: JToken, types: readonly [string, string], source: Source): KeyValuePair {
  if (!(token instanceof JObject)) throw cannotDeserialize(token, 'KeyValuePair', 'object')
  const key = token.get('Key')
  const value = token.get('Value')
  return new KeyValuePair(
    key && convertToken(key, types[0], source),
    value && convertToken(value, types[1], source),
    types,
  )
}

function cannotDeserialize(token: JToken, typeName: string, wanted: string): DotnetException {
  if (token instanceof JValue) {
    return serializationException(
      `Error converting value ${String(token)} to type '${typeName}'. Path '${pathOf(token)}'.`,
    )
  }
  const what = token instanceof JArray ? 'array (e.g. [1,2,3])' : 'object (e.g. {"name":"value"})'
  return serializationException(
    `Cannot deserialize the current JSON ${what} into type '${typeName}' because the type requires a JSON ${wanted} to deserialize correctly. Path '${pathOf(token)}'.`,
  )
}

function primitive(token: JToken, typeName: string, source: Source): unknown {
  if (!isTokenCastTarget(typeName)) {
    throw serializationException(
      `Could not create an instance of type ${typeName}. Path '${pathOf(token)}'.`,
    )
  }
  if (!(token instanceof JValue)) throw unexpectedToken(token, typeName)
  if (source.fromText && typeName === 'System.String' && token.rawText !== undefined)
    return token.rawText
  return castOrFail(token, typeName)
}

// Numbers are read by the reader itself, whose exception differs from that of a conversion.
function castOrFail(token: JValue, typeName: string): unknown {
  try {
    return castToken(token, typeName)
  } catch (error) {
    if (!(error instanceof DotnetException)) throw error
    const name = typeName.replace(/^System\.(?:Nullable<System\.)?/, '').replace('>', '')
    const readByReader = /^(?:Int32|Decimal|DateTime|DateTimeOffset)$/.test(name)
    if (token.type === 'String' && readByReader) {
      throw readerException(
        `Could not convert string to ${isNumericName(name) ? name.replace('Int32', 'integer').toLowerCase() : name}: ${String(token)}. Path '${pathOf(token)}'.`,
      )
    }
    const shown =
      token.value === null
        ? '{null}'
        : token.type === 'String'
          ? `"${String(token)}"`
          : String(token)
    throw new DotnetException(
      'Newtonsoft.Json.JsonSerializationException',
      `Error converting value ${shown} to type '${typeName}'. Path '${pathOf(token)}'.`,
      error,
    )
  }
}

function unexpectedToken(token: JToken, typeName: string): DotnetException {
  const short = typeName.replace(/^System\./, '')
  return readerException(
    `Error reading ${short.toLowerCase()}. Unexpected token: ${startOf(token)}. Path '${pathOf(token)}'.`,
  )
}
