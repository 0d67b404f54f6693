import type { EdmValue } from './edm-value.ts'

export type ComparisonOperator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'

export type Operand =
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: EdmValue }

/** A condition of `$filter`: https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities */
export type Filter =
  | {
      readonly kind: 'compare'
      readonly operator: ComparisonOperator
      readonly left: Operand
      readonly right: Operand
    }
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly of: Filter }
  /** A boolean property or literal by itself. */
  | { readonly kind: 'operand'; readonly operand: Operand }
