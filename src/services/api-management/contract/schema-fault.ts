/** What is wrong with a text by its schema, and where it stands: 0 and 0 for what has no place. */
export interface SchemaFault {
  readonly message: string
  readonly line: number
  readonly position: number
}

/** Checks a text by a schema; throws for a text that cannot be read, and for a schema that cannot be used. */
export type SchemaCheck = (text: string) => readonly SchemaFault[] | Promise<readonly SchemaFault[]>

/** A schema that nothing can be checked by. */
export class SchemaUnusable extends Error {
  override readonly name = 'SchemaUnusable'
}
