export interface BatchOperation {
  readonly operationType: string
}
export interface BatchResult {
  readonly statusCode: number
}
export function executeBatch(_o: object): Promise<BatchResult> {
  throw new Error('x')
}
