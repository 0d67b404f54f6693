/** Statements, loop turns and calls that one evaluation may run before it is stopped. */
export const stepsMax = 5_000_000

/** Calls of local functions and lambdas that may be open at once. */
export const callDepthMax = 400

/** Nested parentheses, blocks, types and interpolations that a text may have. */
export const nestingDepthMax = 200

/** Characters of one expression. */
export const expressionLengthMax = 128 * 1024

/** Elements of an array or sequence that an expression may ask for at once. */
export const elementCountMax = 1_000_000

/** Characters that a text or builder may grow to. */
export const textLengthMax = 64 * 1024 * 1024

/** Milliseconds that one evaluation may take. */
export const evaluationMsMax = 1000

/** Bytes that the memory may grow by during one evaluation: the platform has 4 GB. */
export const memoryBytesMax = 1024 * 1024 * 1024

/** Choices of types that one generic local function may be compiled for. */
export const genericInstancesMax = 50

/** Times that the lambdas of one expression may be compiled while overloads are tried. */
export const lambdaTriesMax = 5000
