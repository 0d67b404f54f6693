/**
 * A row of the table of functions. In the text `{s}` stands for the host's usual last sentences, `{p}` for the same in
 * the plural, `{0}` for no parameters; what follows `#` is the function's anchor on the page of functions.
 */
export type SignatureRow = readonly [name: string, min: number, max: number, text: string]

/** As many arguments as there are. */
export const many = Infinity

/** What the host says of most functions with one parameter. */
export const onlyOne = 'must have only one parameter.'

/** What it says of a function whose only parameter has a name. */
export function oneParameter(what: string, name: string): string {
  return `expects one parameter: ${what}. {p}#${name}`
}
