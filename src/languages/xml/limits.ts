/** Elements inside elements that a policy document may have. */
export const elementDepthMax = 100

/** Closing quotes or tags tried for the end of one expression. */
export const expressionEndsMax = 5000
