import {
  Regex,
  RegexCapture,
  RegexGroup,
  RegexGroups,
  RegexMatch,
  unescapeRegex,
} from '../../dotnet/regex.ts'
import { List } from '../../dotnet/list.ts'
import { argumentOutOfRange } from '../../dotnet/exceptions.ts'
import {
  declareEnum,
  declareType,
  type Implementation,
  type TypeDeclaration,
} from '../type-model.ts'
import { callback, enumNumber, instance, int, textOrNull } from './guards.ts'

type Members = Record<string, Implementation>

const space = 'System.Text.RegularExpressions'

/** Regular expressions, with the members that Azure lists; the collections can be read in a loop. */
export const regexTypes: readonly TypeDeclaration[] = [
  declareEnum(`${space}.RegexOptions`, {
    None: 0,
    IgnoreCase: 1,
    Multiline: 2,
    ExplicitCapture: 4,
    Compiled: 8,
    Singleline: 16,
    IgnorePatternWhitespace: 32,
    RightToLeft: 64,
    ECMAScript: 256,
    CultureInvariant: 512,
  }),
  declareType(`class ${space}.Capture`, {
    'int Index': (self) => captureOf(self).index,
    'int Length': (self) => captureOf(self).length,
    'string Value': (self) => captureOf(self).value,
  }),
  declareType(`class ${space}.Group : Capture`, {
    'bool Success': (self) =>
      self instanceof RegexMatch ? self.success : instance(self, RegexGroup).success,
    'CaptureCollection Captures': (self) =>
      new List(
        `${space}.Capture`,
        self instanceof RegexMatch ? self.captures : instance(self, RegexGroup).captures,
      ),
  }),
  declareType(`class ${space}.Match : Group`, {
    'static Match Empty': () => new Regex('(?!)').match(''),
    'GroupCollection Groups': (self) => instance(self, RegexMatch).groups,
    'string Result(string replacement)': (self, replacement) =>
      instance(self, RegexMatch).result(textOrNull(replacement)),
    'Match NextMatch()': (self) => instance(self, RegexMatch).nextMatch(),
  }),
  declareType(`class ${space}.GroupCollection : System.Collections.ICollection`, {
    'int Count': (self) => instance(self, RegexGroups).count,
    'Group this[int groupnum]': (self, index) => instance(self, RegexGroups).get(int(index)),
    'Group this[string groupname]': (self, name) =>
      instance(self, RegexGroups).get(textOrNull(name) ?? ''),
  }),
  declareType(`class ${space}.CaptureCollection : System.Collections.ICollection`, {
    'int Count': (self) => instance(self, List).count,
    'Capture this[int i]': (self, index) => itemOf(self, index),
  }),
  declareType(`hidden class ${space}.MatchCollection : System.Collections.ICollection`, {
    'int Count': (self) => instance(self, List).count,
    'Match this[int i]': (self, index) => itemOf(self, index),
  }),
  declareType(`class ${space}.Regex`, { ...instanceMembers(), ...staticMembers() }),
]

function captureOf(self: unknown): {
  readonly index: number
  readonly length: number
  readonly value: string
} {
  if (self instanceof RegexMatch || self instanceof RegexGroup) return self
  return instance(self, RegexCapture)
}

function itemOf(self: unknown, index: unknown): unknown {
  const list = instance(self, List)
  if (int(index) < 0 || int(index) >= list.count) throw argumentOutOfRange('i')
  return list.get(int(index))
}

function evaluator(run: unknown): (match: RegexMatch) => string {
  const replace = callback(run)
  return (match) => textOrNull(replace(match)) ?? ''
}

function matches(regex: Regex, input: unknown, start?: unknown): List {
  return new List(
    `${space}.Match`,
    regex.matches(textOrNull(input), start === undefined ? undefined : int(start)),
  )
}

function instanceMembers(): Members {
  const regex = (value: unknown): Regex => instance(value, Regex)
  return {
    'new(string pattern)': (pattern) => Regex.of(textOrNull(pattern)),
    'new(string pattern, RegexOptions options)': (pattern, options) =>
      Regex.of(textOrNull(pattern), enumNumber(options)),
    'bool IsMatch(string input)': (self, input) => regex(self).isMatch(textOrNull(input)),
    'bool IsMatch(string input, int startat)': (self, input, start) =>
      regex(self).isMatch(textOrNull(input), int(start)),
    'Match Match(string input)': (self, input) => regex(self).match(textOrNull(input)),
    'Match Match(string input, int startat)': (self, input, start) =>
      regex(self).match(textOrNull(input), int(start)),
    'MatchCollection Matches(string input)': (self, input) => matches(regex(self), input),
    'MatchCollection Matches(string input, int startat)': (self, input, start) =>
      matches(regex(self), input, start),
    'string Replace(string input, string replacement)': (self, input, to) =>
      regex(self).replace(textOrNull(input), textOrNull(to)),
    'string Replace(string input, string replacement, int count)': (self, input, to, count) =>
      regex(self).replace(textOrNull(input), textOrNull(to), { count: int(count) }),
    'string Replace(string input, Func<Match,string> evaluator)': (self, input, run) =>
      regex(self).replace(textOrNull(input), evaluator(run)),
    'string Replace(string input, Func<Match,string> evaluator, int count)': (
      self,
      input,
      run,
      count,
    ) => regex(self).replace(textOrNull(input), evaluator(run), { count: int(count) }),
    'string[] Split(string input)': (self, input) => regex(self).split(textOrNull(input)),
    'string[] Split(string input, int count)': (self, input, count) =>
      regex(self).split(textOrNull(input), { count: int(count) }),
  }
}

function staticMembers(): Members {
  const members: Members = {
    'static string Unescape(string str)': (value) => unescapeRegex(textOrNull(value)),
  }
  for (const options of ['', ', RegexOptions options']) {
    const regex = (pattern: unknown, given: unknown): Regex =>
      Regex.of(textOrNull(pattern), options === '' ? 0 : enumNumber(given))
    members[`static bool IsMatch(string input, string pattern${options})`] = (
      input,
      pattern,
      how,
    ) => regex(pattern, how).isMatch(textOrNull(input))
    members[`static Match Match(string input, string pattern${options})`] = (input, pattern, how) =>
      regex(pattern, how).match(textOrNull(input))
    members[`static MatchCollection Matches(string input, string pattern${options})`] = (
      input,
      pattern,
      how,
    ) => matches(regex(pattern, how), input)
    members[`static string[] Split(string input, string pattern${options})`] = (
      input,
      pattern,
      how,
    ) => regex(pattern, how).split(textOrNull(input))
    members[`static string Replace(string input, string pattern, string replacement${options})`] = (
      input,
      pattern,
      to,
      how,
    ) => regex(pattern, how).replace(textOrNull(input), textOrNull(to))
    members[
      `static string Replace(string input, string pattern, Func<Match,string> evaluator${options})`
    ] = (input, pattern, run, how) => regex(pattern, how).replace(textOrNull(input), evaluator(run))
  }
  return members
}
