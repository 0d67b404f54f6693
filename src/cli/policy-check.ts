import { compileExpression } from '../languages/csharp/compile.ts'
import { CSharpError } from '../languages/csharp/csharp-error.ts'
import {
  parsePolicyDocument,
  type PolicyElement,
  type PolicyText,
} from '../languages/xml/policy-document.ts'
import { formatPosition, SourceError } from '../base/errors.ts'
import { findPolicy, refusedPolicies } from '../services/api-management/policy-table.ts'
import { readsNamedValue, withStandIns } from './policy-stand-ins.ts'

/** What a check of one document found. */
export interface PolicyCheck {
  /** One line a fault, `file:line:column: text`. */
  readonly faults: readonly string[]
  /** Each element below a section with the number of times it stands there. */
  readonly elements: ReadonlyMap<string, number>
  readonly expressionCount: number
}

/** Reads a policy document, looks up its sections and policies and compiles all its expressions. */
export function checkPolicy(text: string, file: string): PolicyCheck {
  const check = new DocumentCheck(file)
  try {
    check.document(parsePolicyDocument(text))
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    check.faults.push(`${file}:${error.message.replace(/^\(text\):/, '')}`)
  }
  return check
}

const sections = ['inbound', 'backend', 'outbound', 'on-error']

class DocumentCheck implements PolicyCheck {
  readonly faults: string[] = []
  readonly elements = new Map<string, number>()
  expressionCount = 0
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  document(root: PolicyElement): void {
    this.#texts(root)
    if (root.name === 'fragment') for (const step of root.children) this.#step(step, undefined)
    else if (root.name === 'policies') for (const section of root.children) this.#section(section)
    else this.#fault(root, "the root element must be 'policies' or 'fragment'.")
  }

  #section(element: PolicyElement): void {
    this.#texts(element)
    if (sections.includes(element.name))
      for (const step of element.children) this.#step(step, element.name)
    else this.#fault(element, `'${element.name}' is not a section: ${sections.join(', ')}.`)
  }

  /** A policy; `section` is undefined in a fragment, which may be included anywhere. */
  #step(element: PolicyElement, section: string | undefined): void {
    this.#note(element)
    if (element.name === 'base') return
    const policy = findPolicy(element.name)
    if (!policy) {
      this.#fault(element, unknownPolicy(element.name))
      return this.#inside(element)
    }
    const isHere = section === undefined || policy.sections.some((each) => each === section)
    if (!isHere)
      this.#fault(element, `'${element.name}' is not allowed in the section '${section}'.`)
    const allowed = policy.elements ?? []
    for (const child of element.children) {
      if (allowed.includes('*')) this.#step(child, section)
      else if (!allowed.includes(child.name))
        this.#fault(child, `'${child.name}' is not allowed in '${element.name}'.`)
      else if (element.name === 'choose') this.#branch(child, section)
      else this.#inside(child, element)
    }
  }

  #branch(element: PolicyElement, section: string | undefined): void {
    this.#note(element)
    for (const step of element.children) this.#step(step, section)
  }

  /** What belongs to a policy: only its expressions are looked at. */
  #inside(element: PolicyElement, owner?: PolicyElement): void {
    if (owner) this.#note(element)
    for (const child of element.children) this.#inside(child, element)
  }

  #note(element: PolicyElement): void {
    this.elements.set(element.name, (this.elements.get(element.name) ?? 0) + 1)
    this.#texts(element)
  }

  #texts(element: PolicyElement): void {
    for (const { value } of element.attributes) this.#text(value)
    if (element.text) this.#text(element.text)
  }

  #text(value: PolicyText): void {
    if (value.kind !== 'expression') return
    this.expressionCount += 1
    const fault = faultOfExpression(value)
    if (fault) this.#fault(fault, `${fault.code}: ${fault.message}`)
  }

  #fault(at: { readonly line: number; readonly column: number }, text: string): void {
    const { line, column } = at
    this.faults.push(`${formatPosition({ file: this.#file, line, column })}: ${text}`)
  }
}

function unknownPolicy(name: string): string {
  const reason = refusedPolicies.get(name)
  return reason === undefined
    ? `'${name}' is not a policy.`
    : `The policy '${name}' is not supported: ${reason}`
}

/** The fault of an expression; one that reads named values is right when some content of them makes it so. */
function faultOfExpression(value: PolicyText): CSharpError | undefined {
  if (!readsNamedValue(value.text)) return faultOfCode(value.text, value)
  let first: CSharpError | undefined
  for (const code of withStandIns(value.text)) {
    const fault = faultOfCode(code, value)
    if (!fault) return undefined
    first ??= fault
  }
  return first
}

function faultOfCode(code: string, place: PolicyText): CSharpError | undefined {
  try {
    compileExpression(code, { kind: place.syntax, position: place })
    return undefined
  } catch (error) {
    if (error instanceof CSharpError) return error
    throw error
  }
}
