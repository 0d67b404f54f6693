import { DotnetException } from './exceptions.ts'
import { toLowerInvariant } from './letter-case.ts'
import { isWordCode } from './regex-class.ts'
import type { AnchorKind, CharTest, RegexNode, RegexPattern } from './regex-syntax.ts'
import { countWork } from './work-limit.ts'

/** How many steps a millisecond is worth: a limit in steps ends the same match at the same place each time. */
export const regexStepsPerMs = 20_000

const stepsPerLook = 10_000

/** Where a group matched, the last capture last. */
export type Captures = readonly (readonly [start: number, end: number])[]

/** What a match found: for each group its captures; group 0 is the whole match. */
export type MatchFound = readonly Captures[]

type Step = (at: number) => boolean

/**
 * A pattern compiled to closures that backtrack, as the engine of .NET does, so that every capture of a repeated
 * group is kept. Each step counts towards a limit; a match that needs more is a RegexMatchTimeoutException.
 */
export class RegexProgram {
  readonly #run: Run
  readonly #start: Step
  readonly #groupCount: number
  readonly #backwards: boolean

  constructor(pattern: RegexPattern, options: { stepsMax: number; rightToLeft: boolean }) {
    this.#groupCount = pattern.groupNames.length
    this.#backwards = options.rightToLeft
    this.#run = new Run(options.stepsMax, this.#groupCount)
    const builder = new ProgramBuilder(this.#run)
    this.#start = builder.build(
      pattern.node,
      (at) => this.#run.finish(at),
      this.#backwards ? -1 : 1,
    )
  }

  /** The first match at or after `from`; `previousEnd` is what `\G` means. */
  find(text: string, from: number, previousEnd = from): MatchFound | undefined {
    this.#run.begin(text, previousEnd)
    try {
      return this.#scan(text, from)
    } catch (error) {
      // Very long repetitions of groups need more stack than there is.
      if (error instanceof RangeError) throw timeout()
      throw error
    }
  }

  #scan(text: string, from: number): MatchFound | undefined {
    const step = this.#backwards ? -1 : 1
    for (let at = from; at >= 0 && at <= text.length; at += step) {
      this.#run.reset()
      this.#run.tick(1)
      if (!this.#start(at)) continue
      const [low, high] = [Math.min(at, this.#run.end), Math.max(at, this.#run.end)]
      return this.#run.captured([low, high])
    }
    return undefined
  }
}

function timeout(): DotnetException {
  return new DotnetException(
    'System.Text.RegularExpressions.RegexMatchTimeoutException',
    'The RegEx engine has timed out while trying to match a pattern to an input string. This can occur for many reasons, including very large inputs or excessive backtracking caused by nested quantifiers, back-references and other factors.',
  )
}

/** The state of one match. */
class Run {
  text = ''
  end = 0
  previousEnd = 0
  readonly captures: (readonly [number, number])[][]
  readonly starts: number[]
  readonly #stepsMax: number
  #steps = 0
  #nextLook = 0

  constructor(stepsMax: number, groupCount: number) {
    this.#stepsMax = stepsMax
    this.captures = Array.from({ length: groupCount }, () => [])
    this.starts = Array<number>(groupCount).fill(-1)
  }

  begin(text: string, previousEnd: number): void {
    this.text = text
    this.previousEnd = previousEnd
    this.#steps = 0
    this.#nextLook = 0
  }

  reset(): void {
    for (const captures of this.captures) captures.length = 0
  }

  tick(steps: number): void {
    this.#steps += steps
    if (this.#steps > this.#nextLook) this.#look()
  }

  // One match may be quick where thousands of them are not.
  #look(): void {
    if (this.#steps > this.#stepsMax) throw timeout()
    this.#nextLook = Math.min(this.#steps + stepsPerLook, this.#stepsMax)
    countWork()
  }

  finish(at: number): boolean {
    this.end = at
    return true
  }

  captured(whole: readonly [number, number]): MatchFound {
    return this.captures.map((captures, group) => (group === 0 ? [whole] : [...captures]))
  }

  /** The counts of captures, to go back to with `restore`. */
  mark(): readonly number[] {
    return this.captures.map((captures) => captures.length)
  }

  restore(marks: readonly number[]): void {
    for (const [group, captures] of this.captures.entries()) captures.length = marks[group] ?? 0
  }
}

class ProgramBuilder {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  /** The step that matches a node from a place on, and then goes to `next`. */
  build(node: RegexNode, next: Step, direction: 1 | -1): Step {
    switch (node.type) {
      case 'empty':
        return next
      case 'char':
        return this.#char(node.test, next, direction)
      case 'sequence': {
        const nodes = direction === 1 ? node.nodes.toReversed() : node.nodes
        return nodes.reduce<Step>((after, item) => this.build(item, after, direction), next)
      }
      case 'choice':
        return this.#choice(node.nodes, next, direction)
      case 'capture':
        return this.#capture(node, next, direction)
      case 'atomic':
        return this.#atomic(node.node, next, direction)
      case 'loop':
        return this.#loop(node, next, direction)
      case 'look':
        return this.#look(node, next)
      case 'reference':
        return this.#reference(node, next, direction)
      case 'condition': {
        const yes = this.build(node.yes, next, direction)
        const no = this.build(node.no, next, direction)
        return (at) => ((this.#run.captures[node.group]?.length ?? 0) > 0 ? yes(at) : no(at))
      }
      case 'anchor':
        return this.#anchor(node.kind, next)
    }
  }

  #char(test: CharTest, next: Step, direction: 1 | -1): Step {
    const run = this.#run
    if (direction === 1)
      return (at) => at < run.text.length && test(run.text.charCodeAt(at)) && next(at + 1)
    return (at) => at > 0 && test(run.text.charCodeAt(at - 1)) && next(at - 1)
  }

  #choice(nodes: readonly RegexNode[], next: Step, direction: 1 | -1): Step {
    const run = this.#run
    const steps = nodes.map((node) => this.build(node, next, direction))
    return (at) => {
      run.tick(1)
      for (const step of steps) if (step(at)) return true
      return false
    }
  }

  #capture(
    { node, group }: { node: RegexNode; group: number },
    next: Step,
    direction: 1 | -1,
  ): Step {
    const { captures, starts } = this.#run
    const inner = this.build(
      node,
      (at) => {
        const start = starts[group] ?? at
        const own = captures[group]
        own?.push(start <= at ? [start, at] : [at, start])
        if (next(at)) return true
        own?.pop()
        starts[group] = start
        return false
      },
      direction,
    )
    return (at) => {
      const outer = starts[group] ?? -1
      starts[group] = at
      if (inner(at)) return true
      starts[group] = outer
      return false
    }
  }

  #atomic(node: RegexNode, next: Step, direction: 1 | -1): Step {
    const run = this.#run
    const inner = this.build(node, (at) => run.finish(at), direction)
    return (at) => {
      const marks = run.mark()
      if (inner(at) && next(run.end)) return true
      run.restore(marks)
      return false
    }
  }

  #look(
    { node, behind, negative }: { node: RegexNode; behind: boolean; negative: boolean },
    next: Step,
  ): Step {
    const run = this.#run
    const inner = this.build(node, () => true, behind ? -1 : 1)
    return (at) => {
      const marks = run.mark()
      const found = inner(at)
      if (negative || !found) run.restore(marks)
      if (found === negative) return false
      if (next(at)) return true
      run.restore(marks)
      return false
    }
  }

  #reference(
    { group, ignoresCase }: { group: number; ignoresCase: boolean },
    next: Step,
    direction: 1 | -1,
  ): Step {
    const run = this.#run
    const fold = (text: string): string => (ignoresCase ? toLowerInvariant(text) : text)
    return (at) => {
      const capture = run.captures[group]?.at(-1)
      if (!capture) return false
      const wanted = run.text.slice(capture[0], capture[1])
      const from = direction === 1 ? at : at - wanted.length
      run.tick(wanted.length)
      if (from < 0 || fold(run.text.slice(from, from + wanted.length)) !== fold(wanted))
        return false
      return next(direction === 1 ? at + wanted.length : from)
    }
  }

  #loop(
    loop: { node: RegexNode; min: number; max: number; lazy: boolean },
    next: Step,
    direction: 1 | -1,
  ): Step {
    const width = fixedWidth(loop.node)
    if (width !== undefined && width > 0)
      return this.#fixedLoop({ ...loop, width }, next, direction)
    return this.#openLoop(loop, next, direction)
  }

  // A body of one width without captures is counted forward and given back piece by piece: no stack grows.
  #fixedLoop(
    loop: { node: RegexNode; min: number; max: number; lazy: boolean; width: number },
    next: Step,
    direction: 1 | -1,
  ): Step {
    const run = this.#run
    const { min, max, lazy } = loop
    const width = loop.width * direction
    const body = this.build(loop.node, () => true, direction)
    const repeat = (at: number, limit: number): number => {
      let count = 0
      while (count < limit && body(at + count * width)) {
        count += 1
        run.tick(1)
      }
      return count
    }
    if (!lazy) {
      return (at) => {
        for (let count = repeat(at, max); count >= min; count -= 1) {
          run.tick(1)
          if (next(at + count * width)) return true
        }
        return false
      }
    }
    return (at) => {
      let count = repeat(at, min)
      if (count < min) return false
      while (!next(at + count * width)) {
        run.tick(1)
        if (count >= max || !body(at + count * width)) return false
        count += 1
      }
      return true
    }
  }

  #openLoop(
    { node, min, max, lazy }: { node: RegexNode; min: number; max: number; lazy: boolean },
    next: Step,
    direction: 1 | -1,
  ): Step {
    const run = this.#run
    const state = { count: 0, last: -1 }
    const body = this.build(node, (at) => again(at), direction)
    // What a step changes in the state is undone when it fails, since an outer loop may be in the middle of it. Few
    // frames a round: the stack bounds how often a group repeats.
    function again(at: number): boolean {
      run.tick(1)
      const { count, last } = state
      if (lazy && count >= min) {
        if (next(at)) return true
        state.count = count
        state.last = last
      }
      // A body that matched nothing is not tried again at the same place.
      if (count < max && (count < min || at !== last)) {
        state.count = count + 1
        state.last = at
        if (body(at)) return true
        state.count = count
        state.last = last
      }
      return !lazy && count >= min && (next(at) || restored(count, last))
    }
    function restored(count: number, last: number): boolean {
      state.count = count
      state.last = last
      return false
    }
    return (at) => {
      const { count, last } = state
      state.count = 0
      state.last = -1
      return again(at) || restored(count, last)
    }
  }

  #anchor(kind: AnchorKind, next: Step): Step {
    const run = this.#run
    return (at) => standsAt(kind, run, at) && next(at)
  }
}

function standsAt(kind: AnchorKind, run: Run, at: number): boolean {
  const { text } = run
  switch (kind) {
    case 'start':
      return at === 0
    case 'end':
      return at === text.length
    case 'endOrLastLine':
      return at === text.length || (at === text.length - 1 && text[at] === '\n')
    case 'lineStart':
      return at === 0 || text[at - 1] === '\n'
    case 'lineEnd':
      return at === text.length || text[at] === '\n'
    case 'wordBoundary':
      return isBoundary(text, at)
    case 'noWordBoundary':
      return !isBoundary(text, at)
    case 'previousEnd':
      return at === run.previousEnd
  }
}

function isBoundary(text: string, at: number): boolean {
  const before = at > 0 && isWordCode(text.charCodeAt(at - 1))
  const after = at < text.length && isWordCode(text.charCodeAt(at))
  return before !== after
}

// The count of characters of a node that has always the same, and neither captures nor choices.
function fixedWidth(node: RegexNode): number | undefined {
  if (node.type === 'char') return 1
  if (node.type === 'empty') return 0
  if (node.type === 'loop') {
    const width = node.min === node.max ? fixedWidth(node.node) : undefined
    return width === undefined ? undefined : width * node.min
  }
  if (node.type !== 'sequence') return undefined
  let total = 0
  for (const item of node.nodes) {
    const width = fixedWidth(item)
    if (width === undefined) return undefined
    total += width
  }
  return total
}
