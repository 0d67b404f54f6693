import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { messageOf } from '../base/errors.ts'
import { checkPolicy } from './policy-check.ts'
import { readPolicyContext } from './policy-context-file.ts'
import { evaluateLine } from './policy-eval.ts'

const usage = `usage: interline policy eval --context FILE
       interline policy check FILE...
`

/** `interline policy eval` and `interline policy check`. */
export async function runPolicy(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === 'eval' && rest[0] === '--context' && rest[1] !== undefined && rest.length === 2) {
    return runEval(rest[1])
  }
  if (name === 'check' && rest.length > 0) return runPolicyCheck(rest)
  process.stderr.write(usage)
  return 2
}

async function runEval(contextFile: string): Promise<number> {
  const context = readPolicyContext(await readFile(contextFile, 'utf8'))
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== '') process.stdout.write(`${JSON.stringify(evaluateLine(line, context))}\n`)
  }
  return 0
}

async function runPolicyCheck(files: readonly string[]): Promise<number> {
  let faultCount = 0
  for (const file of files) {
    const { faults, elements, expressionCount } = await checkFile(file)
    faultCount += faults.length
    for (const fault of faults) process.stdout.write(`${fault}\n`)
    const used = Array.from(elements, ([name, count]) => `${name} ${count}`).join(', ')
    process.stdout.write(`${file}: ${expressionCount} expressions; ${used}\n`)
  }
  return faultCount === 0 ? 0 : 1
}

async function checkFile(file: string): Promise<ReturnType<typeof checkPolicy>> {
  try {
    return checkPolicy(await readFile(file, 'utf8'), file)
  } catch (error) {
    return { faults: [`${file}: ${messageOf(error)}`], elements: new Map(), expressionCount: 0 }
  }
}
