import type { ExpressionEnvironment } from './environment.ts'
import { ExpressionError, functionError } from './expression-error.ts'
import { evaluatedCharactersMax, textCharactersMax } from './limits.ts'

/** The text, when it is not longer than any text may be. */
export function checkLength(text: string): string {
  checkCount(text.length)
  return text
}

/** Refuses a text of too many characters before it is made. */
export function checkCount(characters: number): void {
  if (characters <= textCharactersMax) return
  throw new ExpressionError(
    `The length '${characters}' of the evaluated text exceeds the limit of '${textCharactersMax}' characters.`,
  )
}

/** The text, when it is not longer than what `concat()`, `base64()` and `string()` may give. */
export function checkEvaluated(
  name: string,
  text: string,
  environment: ExpressionEnvironment,
): string {
  const max = environment.evaluatedCharactersMax ?? evaluatedCharactersMax
  if (text.length <= max) return text
  throw functionError(
    name,
    `gave a result of '${text.length}' characters, which exceeds the limit of '${max}' characters.`,
  )
}
