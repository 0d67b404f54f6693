import { SourceError } from '../../../base/errors.ts'
import { ResultBuilder } from '../result-builder.ts'
import { activationOf } from '../activation.ts'
import type { BodyCompiler } from '../body-compiler.ts'
import type { Site } from '../site.ts'
import type { Instruction } from '../template.ts'
import { XmlOutput } from '../xml-output.ts'

/** https://www.w3.org/TR/xslt-10/#message */
export function compileMessage(site: Site, compiler: BodyCompiler): Instruction {
  const ends = site.isYes('terminate')
  const body = compiler.body(site)
  return (context) => {
    const { run } = activationOf(context)
    const sink = new XmlOutput()
    body(context, new ResultBuilder(sink, run))
    const message = sink.output
    run.note(message)
    if (ends) {
      throw new SourceError(
        'TransformTerminated',
        `Transform terminated: '${message}'.`,
        site.position(),
      )
    }
  }
}
