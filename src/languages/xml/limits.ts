/** Elements inside elements that a policy document may have. */
export const elementDepthMax = 100

/** Closing quotes or tags tried for the end of one expression. */
export const expressionEndsMax = 5000

/** Elements inside elements that an XML document may have. */
export const documentDepthMax = 1000

/** Characters of one XML document. */
export const documentLengthMax = 128 * 1024 * 1024

/** Characters that all entity references of one document may expand to. */
export const entityLengthMax = 1024 * 1024

/** Entities inside entities. */
export const entityDepthMax = 16

/** References to entities in one document: also empty ones take time. */
export const entityReferencesMax = 100_000

/** Declarations of entities and of attributes that one document type may have. */
export const declarationsMax = 10_000

/** Tags, texts, attributes and the like of one document. */
export const nodesMax = 4_000_000

/** Prefixes that are declared at one place of a document. */
export const prefixesMax = 1000

/** Attributes of one element. */
export const attributesMax = 10_000
