import { many, oneParameter, type SignatureRow } from './signature-row.ts'

/** Logical functions. */
export const logicalSignatures: readonly SignatureRow[] = [
  [
    'if',
    3,
    3,
    'expects three parameter: the condition to test as the first parameter, the value to return if the condition is true as the second parameter, and the value to return if the condition is false as the third parameter. {s}#if',
  ],
  ['equals', 2, many, 'expects two parameters: the values to test for deep equality. {s}#equals'],
  ['and', 1, many, 'expects at least one boolean parameter. {p}#and'],
  ['or', 1, many, 'expects at least one boolean parameter. {p}#or'],
  ['not', 1, 1, oneParameter('the boolean value to negate', 'not')],
  ['less', 2, 2, 'expects two parameter of matching types. {s}'],
  ['lessOrEquals', 2, 2, 'expects two parameter of matching types. {s}'],
  ['greater', 2, 2, 'expects two parameter of matching types. {s}'],
  ['greaterOrEquals', 2, 2, 'expects two parameter of matching types. {s}'],
  ['coalesce', 1, many, 'expects at least one parameter: the value to coalesce. {s}#coalesce'],
  ['isInt', 1, 1, 'expects one parameter, a string which may contain an integer. {s}#isInt'],
  [
    'isFloat',
    1,
    2,
    'expects a string to parse as the first parameter, and an optional RFC4646 culture-identifier string as the second parameter. {s}#isFloat',
  ],
]
