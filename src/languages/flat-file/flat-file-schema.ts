/** A flat-file schema as it is read once: https://learn.microsoft.com/biztalk/core/flat-file-schemas */
export interface FlatFileSchema {
  readonly namespace: string
  /** Every global element; `root` is the one that a flat file is decoded by. */
  readonly roots: readonly FlatNode[]
  readonly root: FlatNode
  /** Elements without content are left out of the XML. */
  readonly hidesEmpty: boolean
  /** The last fields of a positional record may be short or missing. */
  readonly endsEarly: boolean
}

/** What may stand in a record: records, fields, and groups of them that have no place of their own in the file. */
export type FlatNode = FlatRecord | FlatField | FlatGroup

interface Occurrence {
  readonly minOccurs: number
  readonly maxOccurs: number
  /** Where the schema wants it among its siblings. */
  readonly sequence: number | undefined
}

interface Named extends Occurrence {
  readonly name: string
  readonly namespace: string
}

export type ChildOrder = 'prefix' | 'infix' | 'postfix'

/** An element with elements or attributes in it. */
export interface FlatRecord extends Named {
  readonly kind: 'record'
  readonly children: readonly FlatNode[]
  readonly structure: 'delimited' | 'positional'
  /** Empty where the record has none. */
  readonly delimiter: string
  /** Between the occurrences of a child that may come more than once; empty where that is the delimiter. */
  readonly repeating: string
  readonly order: ChildOrder
  readonly tag: string
  /** Where the tag of a positional record lies over its fields; without it the tag stands before them. */
  readonly tagOffset: number | undefined
  readonly escape: string
  readonly offset: number
  readonly keepsEmptyDelimiters: boolean
  readonly dropsTrailingDelimiters: boolean
}

/** An element or attribute that holds text. */
export interface FlatField extends Named {
  readonly kind: 'field'
  readonly isAttribute: boolean
  readonly length: number
  readonly offset: number
  readonly justification: 'left' | 'right'
  readonly pad: string
  /** Delimited text that is shorter is padded, and stripped of its padding; 0 where it stays as it is. */
  readonly minLength: number
  readonly wrap: string
  /** What an empty field stands for. */
  readonly fallback: string | undefined
}

/** `xs:sequence` and `xs:all` (all of them, in turn) or `xs:choice` (one of them). */
export interface FlatGroup extends Occurrence {
  readonly kind: 'group'
  readonly isChoice: boolean
  readonly children: readonly FlatNode[]
}
