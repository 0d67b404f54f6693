import { collectionSignatures } from './signatures/collection.ts'
import { conversionSignatures } from './signatures/conversion.ts'
import { dateSignatures } from './signatures/date.ts'
import { hostSignatures } from './signatures/host.ts'
import { logicalSignatures } from './signatures/logical.ts'
import { mathSignatures } from './signatures/math.ts'
import { stringSignatures } from './signatures/string.ts'

/** How many arguments a function takes, and what the host says when a call has another count. */
export interface Signature {
  readonly name: string
  readonly argumentsMin: number
  readonly argumentsMax: number
  /** What follows the function's name; `{count}` is the count of arguments. */
  readonly sentence: string
}

/**
 * Every function that is the language's own, by its name in lower case.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference
 */
export const signatures: ReadonlyMap<string, Signature> = new Map(
  [
    ...stringSignatures,
    ...collectionSignatures,
    ...logicalSignatures,
    ...conversionSignatures,
    ...mathSignatures,
    ...dateSignatures,
    ...hostSignatures,
  ].map(([name, argumentsMin, argumentsMax, text]) => [
    name.toLowerCase(),
    { name, argumentsMin, argumentsMax, sentence: sentenceOf(text) },
  ]),
)

function sentenceOf(text: string): string {
  const [sentence = '', anchor] = text.split('#')
  const see =
    anchor === undefined
      ? ''
      : ` Please see https://aka.ms/logicexpressions#${anchor} for usage details.`
  const invoked = "The function was invoked with '{count}'"
  return (
    sentence
      .replace('{s}', `${invoked} parameter(s).`)
      .replace('{p}', `${invoked} parameters.`)
      .replace('{0}', 'The function was invoked with no parameters.') + see
  )
}
