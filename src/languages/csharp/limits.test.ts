import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileExpression, type CompileOptions } from './compile.ts'
import { CSharpError } from './csharp-error.ts'
import { evaluationMsMax, memoryBytesMax } from './limits.ts'
import { LimitError, runWithin } from '../dotnet/work-limit.ts'
import { DotnetException } from '../dotnet/exceptions.ts'
import { emptyContext } from './empty-context.ts'

function run(text: string, kind: CompileOptions['kind'] = 'expression'): unknown {
  return compileExpression(text, { kind }).evaluate(emptyContext()).value
}

const endless = [
  'while (true) { }',
  'int F(int n) { return F(n + 1); } return F(0);',
  'try { while (true) { } } catch { return 1; } return 2;',
  'var s = "a"; while (true) s += s;',
  'return Enumerable.Repeat(1, 900000).SelectMany(x => Enumerable.Repeat(1, 900000)).Count();',
  'return Enumerable.Range(0, 90000).Where(x => Enumerable.Range(0, 90000).Contains(-1)).Count();',
  'return new int[2000000000].Length;',
  'return new int[100000, 100000].Length;',
  'return Enumerable.Range(0, int.MaxValue).ToList().Count;',
  'return Enumerable.Range(0, int.MaxValue).Sum();',
  'Func<int, int> f = null; f = n => f(n + 1); return f(0);',
  'return (5).ToString("D999999999").Length;',
  `return 0${' + Enumerable.Range(0, 100000).Distinct().Count()'.repeat(1000)};`,
  'return Regex.Matches(new string(\'a\', 1000000), "(?=(a+))").Count;',
  `var s = new string('a', 60000000); ${'s = s.ToUpper(); s = s.ToLower(); '.repeat(500)} return s;`,
  `return Enumerable.Range(0, 1000000)${'.Reverse().Distinct()'.repeat(60)}.Count();`,
  'var a = new JArray(); for (var i = 0; i < 40; i++) { var b = new JArray(); b.Add(a); b.Add(a); a = b; } return a.ToString();',
  'return JToken.Parse("[" + new string(\'x\', 10000000).Replace("x", "{},") + "1]").Count();',
  'JToken t = 1; for (var i = 0; i < 100000; i++) t = new JObject(new JProperty("a", t)); return t.ToString();',
]

// A shorter time than that of policies, so that the tests are quick.
const bounds = { milliseconds: 100, memoryBytes: memoryBytesMax }

for (const text of endless) {
  test(`an evaluation without end is stopped in time: ${text.slice(0, 50)}`, () => {
    // The time of the processor does not count what else the machine does.
    const before = process.cpuUsage()
    assert.throws(() => runWithin(bounds, (code) => run(code, 'block'), text), LimitError)
    const { user, system } = process.cpuUsage(before)
    assert.ok((user + system) / 1000 < 5 * evaluationMsMax)
  })
}

test('the time of an evaluation is that of the limit', () => {
  const text =
    'Enumerable.Range(0, 90000).Where(x => Enumerable.Range(0, 90000).Contains(-1)).Count()'
  assert.throws(() => run(text), {
    name: 'LimitError',
    message: `The expression was stopped after ${evaluationMsMax} ms.`,
  })
})

// What .NET itself ends in an exception ends in the same one here.
const excessive = [
  ["return new string('a', int.MaxValue);", 'System.OutOfMemoryException'],
  ['return "a".PadLeft(int.MaxValue);', 'System.OutOfMemoryException'],
  ["return new StringBuilder().Append('a', int.MaxValue);", 'System.OutOfMemoryException'],
  ['var b = new StringBuilder("x"); while (true) b.Append(b);', 'System.OutOfMemoryException'],
  [
    "return string.Concat(Enumerable.Repeat(new string('a', 1000000), 1000));",
    'System.OutOfMemoryException',
  ],
  ["return new string(',', 60000000).Split(',').Length;", 'System.OutOfMemoryException'],
  ["return new string('a', 60000000).ToCharArray().Length;", 'System.OutOfMemoryException'],
  [
    'return "a".Replace("a", new string(\'b\', 9000000)).Replace("b", "cccccccccc");',
    'System.OutOfMemoryException',
  ],
  [
    'var l = new List<int>(); while (true) l.AddRange(Enumerable.Repeat(1, 100000));',
    'System.OutOfMemoryException',
  ],
  ['return $"{1,100000000}";', 'System.FormatException'],
  ['return string.Format("{0,1000000000}", 1);', 'System.FormatException'],
  [
    'return Regex.IsMatch(new string(\'a\', 50000) + "!", "^(a|aa)+$");',
    'System.Text.RegularExpressions.RegexMatchTimeoutException',
  ],
  ["return JToken.Parse(new string('[', 100000));", 'Newtonsoft.Json.JsonReaderException'],
  [
    'return XElement.Parse(string.Concat(Enumerable.Repeat("<a>", 100000)));',
    'System.Xml.XmlException',
  ],
] as const

for (const [text, type] of excessive) {
  test(`what is too much ends in its exception: ${text.slice(0, 60)}`, () => {
    assert.throws(
      () => run(text, 'block'),
      (error) => error instanceof DotnetException && error.typeName === type,
    )
  })
}

test('an exception that is caught leaves no call open', () => {
  const text =
    'int F() { throw new Exception(); } var n = 0; for (var i = 0; i < 1000; i++) { try { F(); } catch { n++; } } return n;'
  assert.equal(run(text, 'block'), 1000)
})

const deep = [
  `${'('.repeat(5000)}1${')'.repeat(5000)}`,
  `${'-'.repeat(20_000)}1`,
  `1${'+1'.repeat(30_000)}`,
  `a${'.b'.repeat(30_000)}`,
]

for (const text of deep) {
  test(`a text that nests without end is refused: ${text.slice(0, 10)}`, () => {
    assert.throws(() => run(text), CSharpError)
  })
}

const outside = [
  '"".GetType()',
  'this',
  '"a".constructor',
  'toString',
  '__proto__',
  'typeof(int)',
  '2147483647 + 1',
]

for (const text of outside) {
  test(`nothing but the listed types can be reached: ${text}`, () => {
    assert.throws(() => run(text), CSharpError)
  })
}
