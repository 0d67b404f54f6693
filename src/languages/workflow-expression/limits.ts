/**
 * The length of one expression.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-limits-and-configuration#workflow-definition-limits
 */
export const expressionCharactersMax = 8_192

/** What `concat()`, `base64()` and `string()` may give, where the environment sets no other limit. */
export const evaluatedCharactersMax = 131_072

/** Any text that an expression makes: what is longer could only be an accident or an attack. */
export const textCharactersMax = 104_857_600

/** Calls, brackets and groups inside each other in one expression. */
export const expressionDepthMax = 200

/** Objects and arrays inside each other in inputs and in JSON text. */
export const templateDepthMax = 512

/** A text that is read as a number, and one that is read as a date: longer ones are neither. */
export const numberCharactersMax = 1_000
export const dateCharactersMax = 256

/** Digits after the point that a format of `formatNumber()` may ask for. */
export const numberPrecisionMax = 1_000

/** Levels and values of one result, whatever it is made of. */
export const valueDepthMax = 1_000
export const valueNodesMax = 5_000_000

/** The count of numbers that `range()` gives. */
export const rangeCountMax = 100_000

/** Nodes that `xpath()` may return. */
export const xpathNodesMax = 100_000

/** Nodes that `xpath()` may look at: some seconds of work. */
export const xpathStepsMax = 5_000_000

/** Texts whose compiled form is remembered; all are forgotten when there are more. */
export const compiledExpressionsMax = 5_000

/** Cultures whose names and patterns are remembered. */
export const culturesMax = 100
