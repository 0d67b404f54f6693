import { median } from './statistics.ts'

/** Something to measure: does its work once and gives how many operations a second it did. */
export type Measured = () => Promise<number>

/**
 * Measures something and a floor in turns, so that what the machine does meanwhile meets both alike, and
 * gives the median of each. The first round only warms up.
 */
export async function interleave(options: {
  readonly rounds: number
  readonly subject: Measured
  readonly floor: Measured
}): Promise<{ readonly subject: number; readonly floor: number; readonly ratio: number }> {
  const subjects: number[] = []
  const floors: number[] = []
  const ratios: number[] = []
  for (let round = 0; round <= options.rounds; round += 1) {
    const [subject, floor] = await measurePair(options, round % 2 === 0)
    if (round === 0) continue
    subjects.push(subject)
    floors.push(floor)
    ratios.push(subject / floor)
  }
  return { subject: median(subjects), floor: median(floors), ratio: median(ratios) }
}

async function measurePair(
  options: { readonly subject: Measured; readonly floor: Measured },
  subjectFirst: boolean,
): Promise<readonly [subject: number, floor: number]> {
  if (subjectFirst) {
    const subject = await options.subject()
    return [subject, await options.floor()]
  }
  const floor = await options.floor()
  return [await options.subject(), floor]
}

/** One line: `documents: 41,200/s, floor 48,900/s, ratio 0.84 (goal >= 0.80)`. */
export function formatRatio(
  name: string,
  result: { readonly subject: number; readonly floor: number; readonly ratio: number },
  goal: number,
): string {
  const [subject, floor] = [result.subject, result.floor].map((rate) =>
    Math.round(rate).toLocaleString('en-US'),
  )
  return `${name}: ${subject}/s, floor ${floor}/s, ratio ${result.ratio.toFixed(2)} (goal >= ${goal.toFixed(2)})`
}
