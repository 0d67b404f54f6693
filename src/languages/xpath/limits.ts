/** Characters of one expression. */
export const expressionLengthMax = 64 * 1024

/** Expressions inside expressions. */
export const expressionDepthMax = 150

/** Operators of one expression: each is one level of its tree. */
export const operatorsMax = 1000

/** Nodes that one evaluation may look at. */
export const stepsMax = 50_000_000

/** Characters of a text that a function makes. */
export const textLengthMax = 64 * 1024 * 1024
