import { many, oneParameter, onlyOne, type SignatureRow } from './signature-row.ts'

/** Functions of texts. */
export const stringSignatures: readonly SignatureRow[] = [
  [
    'concat',
    1,
    many,
    'expects a comma separated list of string and integer parameters. {0}#concat',
  ],
  [
    'substring',
    2,
    3,
    "expects two parameters: the 'string' to take a section from as the first parameter, the 'start index' as the second parameter. {s}#substring",
  ],
  [
    'slice',
    2,
    3,
    'expects two parameters, with an optional third parameter. It expects the source string as the first parameter, the start index as a second parameter, and an optional third parameter specifying the end index of the substring. {s}#slice',
  ],
  [
    'replace',
    3,
    3,
    'expects three string parameters: the string to replace characters inside of as the first parameter, the string that will be replaced by the new string as the second parameter, and the new string as the third parameter. {s}#replace',
  ],
  [
    'guid',
    0,
    1,
    'can be invoked with no parameters or with an optional format parameter. {s}#guid',
  ],
  ['toLower', 1, 1, oneParameter('the string to convert to lower casing', 'toLower')],
  ['toUpper', 1, 1, oneParameter('the string to convert to upper casing', 'toUpper')],
  [
    'indexOf',
    2,
    2,
    'expects two parameters: the string as the first parameter, the value to find the index of as the second parameter. {s}#indexof',
  ],
  [
    'lastIndexOf',
    2,
    2,
    'expects two parameters: the string as the first parameter, the value to find the last index of as the second parameter. {s}#lastindexof',
  ],
  [
    'nthIndexOf',
    3,
    3,
    'expects three parameters: the string as the first parameter, the value to find the index of as the second parameter and a number parameter to specify which occurrence of the text to find as the third parameter. {s}#nthindexof',
  ],
  [
    'startsWith',
    2,
    2,
    'expects two parameters: the string as the first parameter, the value to check as the second parameter. {s}#startswith',
  ],
  [
    'endsWith',
    2,
    2,
    'expects two parameters: the string as the first parameter, the value to check as the second parameter. {s}#endswith',
  ],
  [
    'split',
    2,
    2,
    'expects two parameters: the string to split as the first parameter, the separator as the second parameter. {s}#split',
  ],
  ['trim', 1, 1, onlyOne],
  [
    'formatNumber',
    2,
    3,
    "expects two parameters, with an optional third parameter. It expects the number to be formatted at the first parameter, a numeric format string as the second parameter, and an optional locale string, which defaults to 'en-us', as the third parameter. {s}#FormatNumber",
  ],
  ['trimByteOrderMark', 1, 1, onlyOne],
  ['encodeXmlValue', 1, 1, onlyOne],
  ['decodeXmlValue', 1, 1, onlyOne],
  ['encodeXmlName', 1, 1, onlyOne],
  ['decodeXmlName', 1, 1, onlyOne],
  ['utf8Length', 1, 1, onlyOne],
  ['utf16Length', 1, 1, onlyOne],
]
