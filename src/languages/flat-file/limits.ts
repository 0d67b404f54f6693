/** Characters of one flat file, and of the XML that it becomes. */
export const flatFileLengthMax = 50 * 1024 * 1024
export const outputLengthMax = 128 * 1024 * 1024

/** Records inside records of one schema, and nodes of it when all references are followed. */
export const schemaDepthMax = 32
export const schemaNodesMax = 20_000

/** Looks at a record, field or delimiter that one flat file may take, for each of its characters and in any case. */
export const stepsPerCharacterMax = 64
export const stepsMin = 100_000

/** Characters of one delimiter: https://learn.microsoft.com/biztalk/core/technical-reference/child-delimiter-node-property-of-flat-file-schemas */
export const delimiterLengthMax = 100

/** Characters of one positional field, its offset included. */
export const fieldLengthMax = 1_000_000

/** Characters of what was found that an error shows. */
export const shownLengthMax = 50
