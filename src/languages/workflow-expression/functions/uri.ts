/**
 * Parts of addresses, and their escapes.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#uri-parsing-functions
 */
import { Uri } from '../../dotnet/uri.ts'
import { escapeDataString } from '../../dotnet/uri-escape.ts'
import { urlDecode } from '../../dotnet/web-utility.ts'
import { onlyString } from '../arguments.ts'
import { binaryType, contentOfText } from '../content.ts'
import { notValidParameters } from '../expression-error.ts'
import type { FunctionBody, FunctionFamily } from '../function-body.ts'
import { checkLength } from '../text-length.ts'
import type { Value } from '../value.ts'
import { textOf } from '../value-text.ts'

export const uriFunctions: FunctionFamily = {
  uriHost: partOf('uriHost', (uri) => uri.host),
  uriPath: partOf('uriPath', (uri) => uri.absolutePath),
  uriPathAndQuery: partOf('uriPathAndQuery', (uri) => uri.pathAndQuery),
  uriPort: partOf('uriPort', (uri) => uri.port),
  uriScheme: partOf('uriScheme', (uri) => uri.scheme),
  uriQuery: partOf('uriQuery', (uri) => uri.query),
  uriComponent: (args) => escapeAll(args),
  encodeUriComponent: (args) => escapeAll(args),
  uriComponentToString: ([value]) => unescape('uriComponentToString', value),
  decodeUriComponent: ([value]) => unescape('decodeUriComponent', value),
  uriComponentToBinary: ([value]) =>
    contentOfText(binaryType, unescape('uriComponentToBinary', value)),
}

function partOf(name: string, read: (uri: Uri) => Value): FunctionBody {
  return ([value]) => {
    const uri = Uri.tryCreate(onlyString(name, value))
    if (uri === undefined) throw notValidParameters(name)
    return read(uri)
  }
}

function escapeAll(args: readonly Value[]): string {
  return checkLength(escapeDataString(args.map(textOf).join('')))
}

function unescape(name: string, value: Value | undefined): string {
  return urlDecode(onlyString(name, value)) ?? ''
}
