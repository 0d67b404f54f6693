import { compileExpression } from '../languages/csharp/compile.ts'
import { CSharpError } from '../languages/csharp/csharp-error.ts'
import {
  parsePolicyDocument,
  type PolicyElement,
  type PolicyText,
} from '../languages/xml/policy-document.ts'
import { formatPosition, SourceError } from '../base/errors.ts'

/** What a check of one document found. */
export interface PolicyCheck {
  /** One line a fault, `file:line:column: text`. */
  readonly faults: readonly string[]
  /** Each element below a section with the number of times it stands there. */
  readonly elements: ReadonlyMap<string, number>
  readonly expressionCount: number
}

/** Reads a policy document and compiles all its expressions. */
export function checkPolicy(text: string, file: string): PolicyCheck {
  const faults: string[] = []
  const elements = new Map<string, number>()
  let expressionCount = 0
  const checkText = (value: PolicyText): void => {
    if (value.kind !== 'expression') return
    expressionCount += 1
    const fault = faultOf(value, file)
    if (fault !== undefined) faults.push(fault)
  }
  const visit = (element: PolicyElement, depth: number): void => {
    if (depth >= 2) elements.set(element.name, (elements.get(element.name) ?? 0) + 1)
    for (const attribute of element.attributes) checkText(attribute.value)
    if (element.text) checkText(element.text)
    for (const child of element.children) visit(child, depth + 1)
  }
  try {
    visit(parsePolicyDocument(text), 0)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    faults.push(`${file}:${error.message.replace(/^\(text\):/, '')}`)
  }
  return { faults, elements, expressionCount }
}

function faultOf(value: PolicyText, file: string): string | undefined {
  // A named value stands for text that only the gateway knows; what is left is checked when it is put in.
  if (/\{\{[\w.-]+\}\}/.test(value.text)) return undefined
  try {
    compileExpression(value.text, { kind: value.syntax, position: value })
    return undefined
  } catch (error) {
    if (!(error instanceof CSharpError)) throw error
    return `${formatPosition({ file, line: error.line, column: error.column })}: ${error.code}: ${error.message}`
  }
}
