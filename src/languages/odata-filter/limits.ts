/** Parentheses and `not` inside each other. */
export const filterDepthMax = 100
/** Longer ones do not fit into an address. */
export const filterCharsMax = 32_768
