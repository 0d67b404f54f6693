import { many, oneParameter, type SignatureRow } from './signature-row.ts'

/** Functions of arrays and objects. */
export const collectionSignatures: readonly SignatureRow[] = [
  [
    'contains',
    2,
    2,
    'expects two parameters : the collection of items to search within and the object to find within the collection. {s}#contains',
  ],
  ['length', 1, 1, oneParameter('an array or a string the length of which is returned', 'length')],
  [
    'sort',
    1,
    2,
    'expects an array as the first parameter and an optional object key as the second parameter. {s}#sort',
  ],
  ['reverse', 1, 1, 'expects an array as the first parameter. {s}#reverse'],
  [
    'empty',
    1,
    1,
    'expects one parameter: the object, array or string to test for emptiness. {s}#empty',
  ],
  [
    'intersection',
    2,
    many,
    'expects either a comma separated list of arrays or a comma separated list of objects as its parameters. {s}#intersection',
  ],
  [
    'union',
    2,
    many,
    'expects either a comma separated list of arrays or a comma separated list of objects as its parameters. {s}#union',
  ],
  [
    'first',
    1,
    1,
    'expects one parameter: the array or string of which the first element will be returned. {s}#first',
  ],
  [
    'last',
    1,
    1,
    'expects one parameter: the array or string of which the last element will be returned. {s}#last',
  ],
  [
    'take',
    2,
    2,
    'expects two parameters: the collection to take the objects from as the first parameter and the count of objects to take as the second parameter. {s}#take',
  ],
  [
    'skip',
    2,
    2,
    'expects two parameters: the collection to skip the objects from as the first parameter and the count of objects to skip as the second parameter. {s}#skip',
  ],
  [
    'join',
    2,
    2,
    'expects two parameters: the array of elements to join as the first parameter, and the element separator as the second parameter. {s}#join',
  ],
  [
    'chunk',
    2,
    2,
    'expects two parameters: the string to chunk as the first parameter, the chunk length as the second parameter. {s}#chunk',
  ],
  ['createArray', 1, many, 'expects a comma separated list of parameters. {0}#createArray'],
  [
    'range',
    2,
    2,
    'expects two integer parameters: an inclusive start index of the range as the first parameter and a count of integers to return as the second parameter. {s}#range',
  ],
  ['addProperty', 3, 3, property('add')],
  ['setProperty', 3, 3, property('set')],
  [
    'removeProperty',
    2,
    2,
    'expects two parameters: the object as the first parameter and the name of the property to remove as the second parameter. {s}',
  ],
  [
    'mergeObjects',
    1,
    many,
    'expects a comma separated list of objects as its parameters. {0}#mergeObjects',
  ],
]

function property(what: string): string {
  return `expects three parameters: the object as the first parameter, the name of the property to ${what} as the second parameter, and the value as the third parameter. {s}`
}
