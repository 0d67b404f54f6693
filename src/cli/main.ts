#!/usr/bin/env node
import { messageOf } from '../base/errors.ts'
import { UsageError } from './arguments.ts'
import { runCheck } from './check.ts'
import { runPolicy } from './policy.ts'
import { runReset } from './reset.ts'
import { runStatus } from './status.ts'
import { runUp } from './up.ts'

const usage = `Interline runs Azure integration solutions on your own machine.

  interline up [DIR...]       run the azd projects in DIR... (default: this folder)
      --data DIR              state (default .interline in this folder)
      --port N                consecutive ports from N; 0 for free ones
      --host ADDR             address to listen on (default 127.0.0.1)
      --demo                  send sample traffic
      --until-idle            exit 0 once the work has drained, 1 with the reason where some failed
  interline status [--json]   endpoints and health of the running instance
  interline check [DIR...]    what of a project is modelled, inert or unsupported
  interline policy eval --context FILE
                              policy expressions from standard input (JSON lines)
  interline policy check FILE...
                              faults and elements of policy documents
  interline reset             delete the state of a stopped instance
`

const commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  up: runUp,
  status: runStatus,
  check: runCheck,
  policy: runPolicy,
  reset: runReset,
}

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2)
  if (name === undefined || name === 'help' || [name, ...args].some(isHelp)) {
    process.stdout.write(usage)
    return 0
  }
  const command = commands[name]
  if (!command) throw new UsageError(`unknown command '${name}'`)
  return command(args)
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h'
}

// Whoever read the output has gone (`up | head`): stopped as by a signal, so that the work drains.
process.stdout.once('error', (error: NodeJS.ErrnoException) => {
  process.stdout.on('error', () => {})
  if (error.code !== 'EPIPE') throw error
  process.kill(process.pid, 'SIGTERM')
})

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isUsage = error instanceof UsageError
    process.stderr.write(`${messageOf(error)}\n${isUsage ? `\n${usage}` : ''}`)
    process.exit(isUsage ? 2 : 1)
  },
)
