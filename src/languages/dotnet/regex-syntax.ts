/** `RegexOptions`, as the bits of the enum. */
export const regexOptions = {
  ignoreCase: 1,
  multiline: 2,
  explicitCapture: 4,
  compiled: 8,
  singleline: 16,
  ignorePatternWhitespace: 32,
  rightToLeft: 64,
  ecmaScript: 256,
  cultureInvariant: 512,
} as const

/** True for a UTF-16 code that a pattern's class has. */
export type CharTest = (code: number) => boolean

/** A piece of a pattern. */
export type RegexNode =
  | { readonly type: 'char'; readonly test: CharTest }
  | { readonly type: 'empty' }
  | { readonly type: 'sequence'; readonly nodes: readonly RegexNode[] }
  | { readonly type: 'choice'; readonly nodes: readonly RegexNode[] }
  | { readonly type: 'capture'; readonly node: RegexNode; readonly group: number }
  | { readonly type: 'atomic'; readonly node: RegexNode }
  | {
      readonly type: 'loop'
      readonly node: RegexNode
      readonly min: number
      readonly max: number
      readonly lazy: boolean
    }
  | {
      readonly type: 'look'
      readonly node: RegexNode
      readonly behind: boolean
      readonly negative: boolean
    }
  | { readonly type: 'reference'; readonly group: number; readonly ignoresCase: boolean }
  | {
      readonly type: 'condition'
      readonly group: number
      readonly yes: RegexNode
      readonly no: RegexNode
    }
  | { readonly type: 'anchor'; readonly kind: AnchorKind }

/** The places that take no characters. */
export type AnchorKind =
  | 'start'
  | 'end'
  | 'endOrLastLine'
  | 'lineStart'
  | 'lineEnd'
  | 'wordBoundary'
  | 'noWordBoundary'
  | 'previousEnd'

/** A parsed pattern: its tree and its groups by number and by name. */
export interface RegexPattern {
  readonly node: RegexNode
  /** The names of all groups in order; a group without a name has its number. */
  readonly groupNames: readonly string[]
}
