import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DotnetException } from './exceptions.ts'
import { Regex, escapeRegex, unescapeRegex } from './regex.ts'
import { regexOptions } from './regex-syntax.ts'

// Pattern, text, options and the whole matches, as .NET gives them.
const cases: readonly (readonly [string, string, number, readonly string[]])[] = [
  [String.raw`\d+`, 'order 77310 of 9', 0, ['77310', '9']],
  ['a.c', 'xxabcxx', 0, ['abc']],
  ['^line2$', 'line1\nline2', 0, []],
  ['^line2$', 'line1\nline2', regexOptions.multiline, ['line2']],
  ['end$', 'the end\n', 0, ['end']],
  [String.raw`end\z`, 'the end\n', 0, []],
  ['[aeiou]', 'EducAtion', regexOptions.ignoreCase, ['E', 'u', 'A', 'i', 'o']],
  ['(?i)px-(?-i)A', 'PX-A px-a', 0, ['PX-A']],
  ['(?i:a)b', 'Ab AB', 0, ['Ab']],
  ['a*', 'baaac', 0, ['', 'aaa', '', '']],
  ['a+?', 'aaa', 0, ['a', 'a', 'a']],
  ['<.+?>', '<a><b>', 0, ['<a>', '<b>']],
  ['<.+>', '<a><b>', 0, ['<a><b>']],
  [String.raw`(?<=\$)\d+`, 'a $15 b 20', 0, ['15']],
  [String.raw`(?<!\$)\b\d+`, 'a $15 b 20', 0, ['20']],
  [String.raw`\w+(?=!)`, 'hi! ho', 0, ['hi']],
  [String.raw`\b(\w)\w*\1\b`, 'level abc area', 0, ['level', 'area']],
  [String.raw`(?<q>['"]).*?\k<q>`, `'a' "b'"`, 0, ["'a'", `"b'"`]],
  ['a{2,3}', 'aaaaa', 0, ['aaa', 'aa']],
  ['a{,3}', 'a{,3}', 0, ['a{,3}']],
  ['[a-z-[aeiou]]+', 'hello', 0, ['h', 'll']],
  [String.raw`[\w-]+`, 'a-b c', 0, ['a-b', 'c']],
  [String.raw`[^\s,]+`, 'a, b', 0, ['a', 'b']],
  ['a # comment\n b', 'ab', regexOptions.ignorePatternWhitespace, ['ab']],
  ['a.b', 'a\nb', 0, []],
  ['a.b', 'a\nb', regexOptions.singleline, ['a\nb']],
  [String.raw`\p{Lu}\p{IsBasicLatin}`, 'éÉa', 0, ['Éa']],
  ['(?>a+)ab', 'aaab', 0, []],
  ['(?:ab|a)(?:bc|c)', 'abc', 0, ['abc']],
  [String.raw`\u0041\x42\t`, 'AB\t', 0, ['AB\t']],
  [String.raw`^(?:[A-Za-z0-9+/]{4})*$`, 'abcd'.repeat(5000), 0, ['abcd'.repeat(5000)]],
  ['(x)?(?(1)y|z)', 'xy z', 0, ['xy', 'z']],
  ['abc|', 'abc', 0, ['abc', '']],
  [String.raw`\Ga`, 'aab', 0, ['a', 'a']],
  ['[]a]', ']', 0, [']']],
  ['é', 'É', regexOptions.ignoreCase, ['É']],
  ['a', 'aba', regexOptions.rightToLeft, ['a', 'a']],
]

for (const [pattern, text, options, expected] of cases) {
  test(`regex /${pattern.slice(0, 40)}/ with options ${options} matches as in .NET`, () => {
    const found = new Regex(pattern, options).matches(text)
    assert.deepEqual(
      found.map(({ value }) => value),
      expected,
    )
  })
}

test('every capture of a repeated group is kept', () => {
  const match = new Regex('(?:([a-z])X?)+').match('aXbXc')
  assert.deepEqual(match.groups.get(1).captures.map(String), ['a', 'b', 'c'])
  assert.equal(match.groups.get(1).value, 'c')
})

test('groups have numbers and names, unnamed ones first', () => {
  const regex = new Regex(String.raw`(?<year>\d+)-(\d+)`)
  const { groups } = regex.match('on 2024-03')
  assert.deepEqual(regex.groupNames, ['0', '1', 'year'])
  assert.equal(groups.get('year').value, '2024')
  assert.equal(groups.get(1).value, '03')
  assert.equal(groups.get('none').success, false)
})

test('replacements name groups, the match and what is around it', () => {
  assert.equal(new Regex('(a)(b)?').replace('xab', "[$2$1$$${1}$&$`$']"), 'x[ba$aabx]')
  assert.equal(
    new Regex('a').replace('aaa', (match) => String(match.index)),
    '012',
  )
  assert.equal(new Regex('[aeiou]', 1).replace('Education', '#', { count: 2 }), '#d#cation')
  assert.equal(new Regex('a*').replace('baac', '-'), '-b--c-')
  assert.equal(new Regex('(?<n>b)').replace('abc', '<${n}>$9'), 'a<b>$9c')
})

test('split keeps what groups capture', () => {
  assert.deepEqual(new Regex(String.raw`\s*[,;]\s*`).split('a, b ;c').items, ['a', 'b', 'c'])
  assert.deepEqual(new Regex('(-)').split('a-b').items, ['a', '-', 'b'])
  assert.deepEqual(new Regex(',').split('a,b,c', { count: 2 }).items, ['a', 'b,c'])
})

test('a pattern that backtracks without end is stopped', () => {
  const started = performance.now()
  assert.throws(
    () => new Regex('^(a+)+$').isMatch(`${'a'.repeat(60)}b`),
    (error) =>
      error instanceof DotnetException && error.typeName.endsWith('RegexMatchTimeoutException'),
  )
  assert.ok(performance.now() - started < 5000)
})

test('a very long repetition of a group ends in an exception, never in a crash', () => {
  try {
    new Regex('^(?:(a)|b)*$').isMatch('ab'.repeat(100_000))
  } catch (error) {
    assert.ok(error instanceof DotnetException)
  }
})

test('text that is no pattern is an ArgumentException', () => {
  for (const pattern of [
    '(',
    ')',
    '[a',
    '*a',
    'a**',
    '[z-a]',
    '\\',
    '(?<n>',
    '\\k<x>',
    '(?z)',
    '\\p{Xx}',
    'a{3,2}',
  ]) {
    assert.throws(
      () => new Regex(pattern),
      (error) => error instanceof DotnetException && error.typeName === 'System.ArgumentException',
      pattern,
    )
  }
})

test('text is escaped for patterns and back', () => {
  assert.equal(escapeRegex('a.b*c d\n'), String.raw`a\.b\*c\ d\n`)
  assert.equal(unescapeRegex(String.raw`a\tb\.c\u0041`), 'a\tb.cA')
})
