import { many, type SignatureRow } from './signature-row.ts'

/** Arithmetic. */
export const mathSignatures: readonly SignatureRow[] = [
  ['add', 2, 2, numbers('first summand', 'seccond summand', 'add')],
  ['sub', 2, 2, numbers('minuend', 'subtrahend', 'sub')],
  ['mul', 2, 2, numbers('first multiplicand', 'second multiplicand', 'mul')],
  ['div', 2, 2, numbers('dividend', 'divisor', 'div')],
  ['mod', 2, 2, numbers('dividend', 'divisor', 'div')],
  [
    'min',
    1,
    many,
    'expects either an array of numbers or a comma separated list of numbers as its parameters. {0}#min',
  ],
  [
    'max',
    1,
    many,
    'expects either an array of numbers or a comma separated list of numbers as its parameters. {0}#max',
  ],
  [
    'rand',
    2,
    2,
    'expects two integer parameters: an inclusive minimum of the range as the first parameter and an inclusive maximum of the range as the second parameter. {s}#rand',
  ],
]

function numbers(first: string, second: string, name: string): string {
  return `expects two numeric parameters: the ${first} as the first parameter and the ${second} as the second parameter. {s}#${name}`
}
