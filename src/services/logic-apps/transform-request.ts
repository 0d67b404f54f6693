/** A transformation by a map or schema of an app: everything that a thread needs to know of it. */
export type TransformRequest = {
  /** The folder of the app. */
  readonly dir: string
  /** Changes whenever the files of the app may have changed: what was compiled before is compiled again. */
  readonly version: string
  /** The name of the map or schema. */
  readonly name: string
  readonly input: string
} & (
  | { readonly kind: 'map'; readonly parameters: Readonly<Record<string, string>> }
  | {
      readonly kind: 'later-map'
      readonly parameters: Readonly<Record<string, string>>
      /** The file of the package `saxon-js`. */
      readonly engine: string
    }
  | {
      /** Flat files and XML; XML and JSON; XML alone. */
      readonly kind: 'decode' | 'encode' | 'parse' | 'compose' | 'validate'
      readonly options?: SchemaOptions
    }
)

export interface SchemaOptions {
  /** A document with a document type is read. */
  readonly allowsDtd?: boolean
  readonly hidesAttributes?: boolean
  readonly omitsDeclaration?: boolean
}

/** What came of it, or why nothing did. */
export type TransformAnswer = TransformResult | TransformFault

export interface TransformResult {
  readonly text: string
  readonly method: string
  readonly mediaType: string
}

export interface TransformFault {
  readonly code: string
  readonly error: string
  /** It needs more steps, or a deeper stack, than is given to what runs in place. */
  readonly isTooLong?: boolean
}
