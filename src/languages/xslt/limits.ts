/** Steps that one transformation may take: nodes looked at, templates called. */
export const transformStepsMax = 50_000_000

/** Characters of one result, and of all fragments that a transformation makes. */
export const outputLengthMax = 64 * 1024 * 1024

/** Templates inside templates; a template that ends with a call of itself goes on without limit. */
export const templateDepthMax = 3000

/** Elements inside elements of a result. */
export const resultDepthMax = 2000

/** Modules that one stylesheet may import and include, repeats counted. */
export const modulesMax = 100

/** Elements inside elements of instructions. */
export const instructionDepthMax = 200

/** Messages of `xsl:message` that are kept. */
export const messagesMax = 1000

/** Documents that `document()` may read in one transformation. */
export const documentsMax = 100

/** What a template call costs of the steps. */
export const templateCallSteps = 10
