import { type FunctionTable, takes } from '../frame.ts'

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-numeric */
export const numberFunctions: FunctionTable = {
  bool: takes(1, 1, (args) => {
    const value = args.any(0)
    if (typeof value === 'boolean') return value
    if (typeof value === 'number') return value !== 0
    const text = args.text(0).trim().toLowerCase()
    if (text === 'true' || text === '1') return true
    if (text === 'false' || text === '0') return false
    throw args.fail(`cannot convert "${text}" to a boolean.`)
  }),
  int: takes(1, 1, (args) => {
    const value = args.any(0)
    if (typeof value === 'number') return Math.trunc(value)
    const text = args.text(0).trim()
    if (/^[+-]?\d+$/.test(text)) return Number(text)
    throw args.fail(`cannot convert "${text}" to an integer.`)
  }),
}
