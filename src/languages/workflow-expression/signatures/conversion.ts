import { many, oneParameter, type SignatureRow } from './signature-row.ts'

/** Conversions. */
export const conversionSignatures: readonly SignatureRow[] = [
  ['json', 1, 1, 'expects one parameter: the string or XML to be parsed. {s}#json'],
  ['xml', 1, 1, 'expects one parameter: the string or object to be converted. {s}#xml'],
  ['xpath', 2, 2, 'expects two parameters: an XML object and an XPath expression. {s}#xpath'],
  ['int', 1, 1, oneParameter('the value that is to be converted to an integer', 'int')],
  ['string', 1, 1, oneParameter('the value that is to be converted to a string', 'string')],
  [
    'float',
    1,
    2,
    oneParameter('the value that is to be converted to a floating point number', 'float'),
  ],
  [
    'decimal',
    1,
    1,
    oneParameter('the value that is to be converted to a decimal number', 'decimal'),
  ],
  ['bool', 1, 1, oneParameter('the value that is to be converted to a boolean', 'bool')],
  ['array', 1, 1, oneParameter('the value that is to be converted to an array', 'array')],
  ['binary', 1, 1, oneParameter('the value that is to be converted to binary', 'binary')],
  ['base64', 1, 1, oneParameter('the string to encode into base64 representation', 'base64')],
  [
    'base64ToBinary',
    1,
    1,
    oneParameter('the string to decode from base64 representation', 'base64ToBinary'),
  ],
  ['base64ToString', 1, 1, oneParameter('the base64 string to decode', 'base64ToString')],
  [
    'decodeBase64',
    1,
    1,
    oneParameter('the string to decode from base64 representation', 'decodeBase64'),
  ],
  ['dataUri', 1, 1, oneParameter('the value to be converted to a data URI', 'dataUri')],
  [
    'dataUriToBinary',
    1,
    1,
    oneParameter('the data URI that is to be converted to binary', 'dataUriToBinary'),
  ],
  [
    'dataUriToString',
    1,
    1,
    oneParameter('the data URI that is to be converted to string', 'dataUriToString'),
  ],
  ['decodeDataUri', 1, 1, oneParameter('the data URI', 'decodeDataUri')],
  [
    'uriComponent',
    1,
    many,
    'expects at least one parameter: the value to convert to URI component. {p}#uriComponent',
  ],
  [
    'encodeUriComponent',
    1,
    many,
    'expects at least one parameter: the string to URL encode. {p}#encodeUriComponent',
  ],
  ['decodeUriComponent', 1, 1, oneParameter('the string to decode', 'decodeUriComponent')],
  [
    'uriComponentToString',
    1,
    1,
    oneParameter('the URI component to convert to binary', 'uriComponentToString'),
  ],
  [
    'uriComponentToBinary',
    1,
    1,
    oneParameter('the URI component to convert to binary', 'uriComponentToBinary'),
  ],
]
