import { onlyOne, type SignatureRow } from './signature-row.ts'

/** Addresses and forms. */
export const hostSignatures: readonly SignatureRow[] = [
  ['uriHost', 1, 1, onlyOne],
  ['uriPath', 1, 1, onlyOne],
  ['uriPathAndQuery', 1, 1, onlyOne],
  ['uriPort', 1, 1, onlyOne],
  ['uriScheme', 1, 1, onlyOne],
  ['uriQuery', 1, 1, onlyOne],
  ['formDataValue', 2, 2, field('name of the form field')],
  ['formDataMultiValues', 2, 2, field('name of the form field')],
  ['multipartBody', 2, 2, field('index of the multipart content')],
  ['triggerFormDataValue', 1, 1, onlyOne],
  ['triggerFormDataMultiValues', 1, 1, onlyOne],
  ['triggerMultipartBody', 1, 1, onlyOne],
]

function field(what: string): string {
  return `expects two parameters: the name of the action as the first parameter, the ${what} as the second parameter. {s}`
}
