import { relative } from 'node:path'
import { newLogger } from '../base/logger.ts'
import { checkProjects, type CheckedFeature } from '../platform/project-check.ts'
import { parseCheckArguments } from './arguments.ts'

const classes = ['modelled', 'inert', 'unsupported'] as const

/** `interline check`: what projects use, as modelled, inert or unsupported; exit code 1 only for unsupported. */
export async function runCheck(args: readonly string[]): Promise<number> {
  const { dirs } = parseCheckArguments(args)
  const features = await checkProjects(dirs, {
    logger: newLogger({ name: 'interline', level: 'error' }),
    say: (line) => process.stdout.write(`${line}\n`),
  })
  for (const name of classes)
    printClass(
      name,
      features.filter((feature) => feature.class === name),
    )
  return features.some((feature) => feature.class === 'unsupported') ? 1 : 0
}

function printClass(name: string, features: readonly CheckedFeature[]): void {
  process.stdout.write(`${name} (${features.length})\n`)
  const width = Math.max(0, ...features.map((feature) => feature.text.length))
  for (const { text, at } of features) {
    process.stdout.write(
      `  ${text.padEnd(Math.min(width, 80))}  ${relative(process.cwd(), at) || '.'}\n`,
    )
  }
}
