// Azure's own formula is not public: these follow the examples of its documentation, for items of a few properties.
// https://learn.microsoft.com/azure/cosmos-db/request-units

/** Of reading one item by its id. */
export function readCharge(bytes: number): number {
  return rounded(1 + Math.max(kilobytes(bytes) - 1, 0) * 0.09)
}

/** Of writing one item. */
export function writeCharge(bytes: number): number {
  return rounded(5.24 + kilobytes(bytes) * 0.48)
}

export const deleteCharge = 5.72

/** Of one page of a query or a feed. */
export function pageCharge(rows: number): number {
  return rounded(2.27 + rows * 0.06)
}

/** Of running a script, without the items it touches. */
export const scriptCharge = 1.13

function kilobytes(bytes: number): number {
  return Math.max(Math.ceil(bytes / 1024), 1)
}

function rounded(charge: number): number {
  return Math.round(charge * 100) / 100
}
