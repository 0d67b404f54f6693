import type { TypeDeclaration } from '../type-model.ts'

/** To come. */
export const encodingTypes: readonly TypeDeclaration[] = []
